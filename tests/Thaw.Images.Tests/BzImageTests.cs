using System.Buffers.Binary;
using Thaw.Images.Building;
using Thaw.Images.Kernels;
using Thaw.Images.Tools;

namespace Thaw.Images.Tests;

public sealed class BzImageTests
{
    private const int SetupSectors = 3;
    private const int PayloadOffset = 64;
    private const int PayloadStart = ((SetupSectors + 1) * 512) + PayloadOffset;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ExtractKernel_FromSyntheticImage_GivesTheElfInside()
    {
        using var directory = new TemporaryDirectory();
        byte[] elf = SampleElf();
        File.WriteAllBytes(directory.File("bzImage"), await ImageAroundAsync(elf));

        await KernelBuild.ExtractKernelAsync(directory.File("bzImage"), directory.File("vmlinux"), Token);

        Assert.Equal(elf, File.ReadAllBytes(directory.File("vmlinux")));
    }

    [Fact]
    public async Task ExtractKernel_WhosePayloadIsNoElf_SaysSo()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllBytes(directory.File("bzImage"), await ImageAroundAsync(new byte[4096]));

        ImageException e = await Assert.ThrowsAsync<ImageException>(() =>
            KernelBuild.ExtractKernelAsync(directory.File("bzImage"), directory.File("vmlinux"), Token));

        Assert.Contains("ELF", e.Message);
    }

    [Fact]
    public async Task ExtractKernel_WithDamagedFrame_ReportsWhatZstdSays()
    {
        using var directory = new TemporaryDirectory();
        byte[] image = await ImageAroundAsync(SampleElf());
        image.AsSpan(PayloadStart + 8, 16).Fill(0xff);
        File.WriteAllBytes(directory.File("bzImage"), image);

        ImageException e = await Assert.ThrowsAsync<ImageException>(() =>
            KernelBuild.ExtractKernelAsync(directory.File("bzImage"), directory.File("vmlinux"), Token));

        Assert.StartsWith("zstd ended with code", e.Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x24f)]
    [InlineData(PayloadStart + 10)]
    public async Task FindZstdPayload_InTruncatedImage_SaysCutShort(int length)
    {
        byte[] image = await ImageAroundAsync(SampleElf());

        ImageException e = Assert.Throws<ImageException>(() =>
            BzImage.FindZstdPayload(image.AsMemory(0, length), "bzImage"));

        Assert.Contains("cut short", e.Message);
    }

    [Fact]
    public async Task FindZstdPayload_WithLengthBeyondTheFile_SaysCutShort()
    {
        byte[] image = await ImageAroundAsync(SampleElf());
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x24c), uint.MaxValue);

        Assert.Contains(
            "cut short", Assert.Throws<ImageException>(() => BzImage.FindZstdPayload(image, "bzImage")).Message);
    }

    [Fact]
    public async Task FindZstdPayload_PackedWithGzip_NamesGzip()
    {
        byte[] image = await ImageAroundAsync(SampleElf());
        image[PayloadStart] = 0x1f;
        image[PayloadStart + 1] = 0x8b;

        Assert.Contains("gzip", Assert.Throws<ImageException>(() => BzImage.FindZstdPayload(image, "bzImage")).Message);
    }

    [Fact]
    public void FindZstdPayload_InSomethingElse_SaysThatItIsNoBzImage()
    {
        ImageException e = Assert.Throws<ImageException>(() =>
            BzImage.FindZstdPayload(new byte[8192], "notes.txt"));

        Assert.Equal("notes.txt is not a bzImage: there is no 'HdrS' at offset 0x202.", e.Message);
    }

    private static byte[] SampleElf()
    {
        byte[] elf = new byte[20_000];
        new Random(1).NextBytes(elf);
        ReadOnlySpan<byte> header = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        header.CopyTo(elf);
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(18), 62);
        return elf;
    }

    private static async Task<byte[]> ImageAroundAsync(byte[] content)
    {
        using var packed = new MemoryStream();
        await HostTool.RunAsync(new ToolCall("zstd", "-cq") { Input = content }, packed, Token);
        packed.Write(BitConverter.GetBytes(content.Length));
        byte[] image = new byte[PayloadStart + packed.Length + 512];
        image[0x1f1] = SetupSectors;
        "HdrS"u8.CopyTo(image.AsSpan(0x202));
        BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(0x206), 0x20f);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x248), PayloadOffset);
        BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(0x24c), (uint)packed.Length);
        packed.ToArray().CopyTo(image.AsSpan(PayloadStart));
        return image;
    }
}
