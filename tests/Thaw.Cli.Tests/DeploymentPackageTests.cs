using System.IO.Compression;
using Thaw.Cli.Packaging;

namespace Thaw.Cli.Tests;

public sealed class DeploymentPackageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-package-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void ZipFolder_OfTheSameFiles_IsTheSameBytes()
    {
        Write("b.py", "b");
        Write("a/z.py", "z");
        byte[] first = DeploymentPackage.ZipFolder(_folder);
        File.SetLastWriteTimeUtc(Path.Combine(_folder, "b.py"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        byte[] second = DeploymentPackage.ZipFolder(_folder);

        Assert.Equal(first, second);
    }

    [Fact]
    public void ZipFolder_KeepsExecutableBitsAndOrdersNames()
    {
        Write("run.sh", "#!/bin/sh");
        Write("lib/x.py", "x");
        Write(".git/config", "secret");
        File.SetUnixFileMode(Path.Combine(_folder, "run.sh"), (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.Combine(_folder, "lib/x.py"), (UnixFileMode)0b110_100_100);

        using ZipArchive zip = new(new MemoryStream(DeploymentPackage.ZipFolder(_folder)));

        Assert.Equal(["lib/x.py", "run.sh"], zip.Entries.Select(entry => entry.FullName));
        // Regular file, 0644 and 0755, where Unix zips have them.
        Assert.Equal([0x81A4, 0x81ED], zip.Entries.Select(entry => (entry.ExternalAttributes >> 16) & 0xFFFF));
    }

    [Fact]
    public void ZipFolder_WithALinkToAFile_HasTheFileInItsPlace()
    {
        Write("real.py", "content");
        File.CreateSymbolicLink(Path.Combine(_folder, "alias.py"), "real.py");

        using ZipArchive zip = new(new MemoryStream(DeploymentPackage.ZipFolder(_folder)));

        using StreamReader reader = new(zip.GetEntry("alias.py")!.Open());
        Assert.Equal("content", reader.ReadToEnd());
    }

    [Fact]
    public void ZipFolder_WithALinkToAFolder_IsRefused()
    {
        Write("a.py", "a");
        Directory.CreateSymbolicLink(Path.Combine(_folder, "loop"), _folder);

        Assert.Throws<CliException>(() => DeploymentPackage.ZipFolder(_folder));
    }

    [Fact]
    public void ZipFolder_OfNothing_IsRefused() =>
        Assert.Throws<CliException>(() => DeploymentPackage.ZipFolder(_folder));

    private void Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
