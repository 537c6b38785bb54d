using Thaw.Images.Building;
using Thaw.Images.Recipes;
using Thaw.Images.Tools;

namespace Thaw.Images.Tests;

public sealed class ImageSetTests : IDisposable
{
    private const string Manifest = """
        {
          "kernel": "vmlinux", "kernelVersion": "6.12.0", "initramfs": "initramfs.cpio",
          "runtimes": { "python3.13": "python3.13.erofs" },
          "files": [
            { "name": "vmlinux", "size": 6,
              "sha256": "7f9d1a0d5ae1e3c0b8bb3dc8e3d64ac98ef3e0cf3f8cf2f8fdbc7a3b1c5fbe31" }
          ]
        }
        """;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Load_OfWholeSet_GivesPathsOfItsFiles()
    {
        WriteSet(Manifest);

        ImageSet set = await ImageSet.LoadAsync(_directory.Path, verifyChecksums: false, Token);

        Assert.Equal(_directory.File("vmlinux"), set.KernelPath);
        Assert.Equal(_directory.File("python3.13.erofs"), set.RuntimePath("python3.13"));
        Assert.Contains("it has: python3.13", Assert.Throws<ImageException>(() => set.RuntimePath("node22")).Message);
    }

    [Theory]
    [InlineData("vmlinux")]
    [InlineData("initramfs.cpio")]
    [InlineData("python3.13.erofs")]
    [InlineData("images.json")]
    public async Task Load_WithMissingFile_NamesIt(string name)
    {
        WriteSet(Manifest);
        File.Delete(_directory.File(name));

        await AssertRefusedAsync(_directory.File(name), verifyChecksums: false);
    }

    [Fact]
    public async Task Load_WithTruncatedFile_NamesBothSizes()
    {
        WriteSet(Manifest);
        File.WriteAllText(_directory.File("vmlinux"), "kern");

        await AssertRefusedAsync("has 4 bytes, 6 were written", verifyChecksums: false);
    }

    [Fact]
    public async Task Load_WithChangedFile_IsNoticedByItsChecksum()
    {
        WriteSet(Manifest);

        await AssertRefusedAsync("was written", verifyChecksums: true);
    }

    [Theory]
    [InlineData("{ \"kernel\": ")]
    [InlineData("[]")]
    [InlineData("{}")]
    public async Task Load_WithBrokenManifest_SaysThatItIsNone(string manifest)
    {
        WriteSet(manifest);

        await AssertRefusedAsync("is not a manifest of images", verifyChecksums: false);
    }

    [Fact]
    public async Task Load_WithFileOutsideTheDirectory_IsRefused()
    {
        WriteSet(Manifest.Replace("\"kernel\": \"vmlinux\"", "\"kernel\": \"../vmlinux\""));

        await AssertRefusedAsync("not a plain file name", verifyChecksums: false);
    }

    [Fact]
    public void ReadInit_OfDynamicProgram_SaysThatThereIsNoLoader()
    {
        Assert.Contains(
            "linked dynamically", Assert.Throws<ImageException>(() => InitramfsBuild.ReadInit("/bin/ls")).Message);
    }

    [Fact]
    public void ReadInit_OfMissingProgram_SaysHowToMakeIt()
    {
        ImageException e = Assert.Throws<ImageException>(() => InitramfsBuild.ReadInit(_directory.File("thaw-init")));

        Assert.Contains("is missing", e.Message);
    }

    [Fact]
    public async Task HostTool_NotInstalled_SaysSo()
    {
        ImageException e = await Assert.ThrowsAsync<ImageException>(() =>
            HostTool.RunAsync(new ToolCall("thaw-no-such-tool"), Token));

        Assert.StartsWith("thaw-no-such-tool cannot be started", e.Message);
    }

    [Fact]
    public void Recipes_OfThisBuild_AreThereAndWhole()
    {
        Assert.Contains("python3.13", RecipeFiles.RootNames);
        Assert.Contains("virtio_mmio", RecipeFiles.Kernel.ModuleSets[InitramfsBuild.GuestModuleSet]);
        Assert.Contains("etc/passwd", RecipeFiles.List("images/common"));
        Assert.All(RecipeFiles.RootNames, name => Assert.NotEmpty(RecipeFiles.Root(name).Packages));
    }

    private void WriteSet(string manifest)
    {
        File.WriteAllText(_directory.File("images.json"), manifest);
        File.WriteAllText(_directory.File("vmlinux"), "kernel");
        File.WriteAllText(_directory.File("initramfs.cpio"), "cpio");
        File.WriteAllText(_directory.File("python3.13.erofs"), "root");
    }

    private async Task AssertRefusedAsync(string because, bool verifyChecksums)
    {
        ImageException e = await Assert.ThrowsAsync<ImageException>(() =>
            ImageSet.LoadAsync(_directory.Path, verifyChecksums, Token));
        Assert.Contains(because, e.Message);
    }
}
