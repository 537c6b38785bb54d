using System.IO.Compression;
using System.Text;
using Thaw.GuestAgent.Packages;
using Thaw.Linux;

namespace Thaw.GuestAgent.Tests.Packages;

public sealed class PackageUnpackerTests : IDisposable
{
    private const int UnixLink = 0xa000;
    private const int UnixFile = 0x8000;

    private readonly string _root = Directory.CreateTempSubdirectory("thaw-package-").FullName;

    private string Task => Path.Combine(_root, "task");

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Unpack_OrdinaryPackage_WritesFilesDirectoriesAndLinks()
    {
        ZipBuilder zip = new ZipBuilder()
            .Add("app.py", "print(1)", UnixFile | 0x1a0)
            .Add("lib/", "")
            .Add("lib/deep/er/data.bin", new string('x', 300_000), UnixFile | 0x1ed)
            .Add("./odd//path.txt", "odd")
            .Add("lib/link", "deep/er/data.bin", UnixLink | 0x1ff)
            .Add("stored.txt", "stored", CompressionLevel.NoCompression);

        Unpack(zip.Build());

        Assert.Equal("print(1)", File.ReadAllText(Path.Combine(Task, "app.py")));
        Assert.Equal("deep/er/data.bin", new FileInfo(Path.Combine(Task, "lib/link")).LinkTarget);
        Assert.Equal(300_000, File.ReadAllBytes(Path.Combine(Task, "lib/link")).Length);
        Assert.Equal("odd", File.ReadAllText(Path.Combine(Task, "odd/path.txt")));
        Assert.Equal("stored", File.ReadAllText(Path.Combine(Task, "stored.txt")));
        Assert.Equal("rw-r--r--", Mode("app.py"));
        Assert.Equal("rwxr-xr-x", Mode("lib/deep/er/data.bin"));
        Assert.Equal("rwxr-xr-x", Mode("lib/deep"));
    }

    [Fact]
    public void Unpack_PaddedDevice_ReadsOnlyThePackage()
    {
        byte[] zip = new ZipBuilder().Add("a", "b").Build();
        byte[] padded = [.. zip, .. new byte[512 - (zip.Length % 512)]];

        Unpack(padded, zip.Length);

        Assert.Equal("b", File.ReadAllText(Path.Combine(Task, "a")));
    }

    [Fact]
    public void Unpack_SetUidBits_AreNotGiven()
    {
        Unpack(new ZipBuilder().Add("run", "x", UnixFile | 0x9ed).Build());

        Assert.Equal("rwxr-xr-x", Mode("run"));
        Assert.False(File.GetUnixFileMode(Path.Combine(Task, "run")).HasFlag(UnixFileMode.SetUser));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("a/../../evil")]
    [InlineData("/evil")]
    [InlineData("a/..")]
    [InlineData("a\0b")]
    public void Unpack_PathThatLeadsOut_IsRefused(string name)
    {
        PackageException error = Assert.Throws<PackageException>(() => Unpack(new ZipBuilder().Add(name, "x").Build()));

        Assert.Equal(name, error.Entry);
        Assert.Equal([Task], Directory.GetFileSystemEntries(_root, "*", SearchOption.AllDirectories)
            .Where(path => !path.EndsWith(".zip", StringComparison.Ordinal) && path != Path.Combine(Task, "a")));
    }

    [Fact]
    public void Unpack_FileThroughALink_IsRefused()
    {
        byte[] zip = new ZipBuilder().Add("out", _root, UnixLink | 0x1ff).Add("out/evil", "x").Build();

        Assert.Throws<PackageException>(() => Unpack(zip));

        Assert.False(File.Exists(Path.Combine(_root, "evil")));
    }

    [Fact]
    public void Unpack_LinkThroughALink_IsRefused()
    {
        byte[] zip = new ZipBuilder()
            .Add("out", _root, UnixLink | 0x1ff).Add("out/evil", "/etc/passwd", UnixLink | 0x1ff).Build();

        Assert.Throws<PackageException>(() => Unpack(zip));

        Assert.False(Path.Exists(Path.Combine(_root, "evil")));
    }

    [Fact]
    public void Unpack_FileInPlaceOfALink_IsNotWrittenThrough()
    {
        string victim = Path.Combine(_root, "victim");
        File.WriteAllText(victim, "intact");
        byte[] zip = new ZipBuilder().Add("same", victim, UnixLink | 0x1ff).Add("same", "overwritten").Build();

        Assert.Throws<PackageException>(() => Unpack(zip));

        Assert.Equal("intact", File.ReadAllText(victim));
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x6000)]
    [InlineData(0x1000)]
    [InlineData(0xc000)]
    public void Unpack_DevicesPipesAndSockets_AreRefused(int type) =>
        Assert.Throws<PackageException>(() => Unpack(new ZipBuilder().Add("d", "", type | 0x1b6).Build()));

    [Fact]
    public void Unpack_LongLink_IsRefused() => Assert.Throws<PackageException>(
        () => Unpack(new ZipBuilder().Add("l", new string('x', 2000), UnixLink | 0x1ff).Build()));

    [Fact]
    public void Unpack_TooDeep_IsRefused() => Assert.Throws<PackageException>(
        () => Unpack(new ZipBuilder().Add(string.Concat(Enumerable.Repeat("d/", 65)) + "f", "x").Build()));

    [Fact]
    public void Unpack_TooLongAName_IsRefused() => Assert.Throws<PackageException>(
        () => Unpack(new ZipBuilder().Add(new string('n', 300), "x").Build()));

    [Fact]
    public void Unpack_MoreEntriesThanAllowed_IsRefusedByCount()
    {
        byte[] zip = new ZipBuilder().Add("a", "x").Build();
        ZipBuilder.PatchEnd(zip, offset: 10, value: 0xffff);
        ZipBuilder.PatchEnd(zip, offset: 8, value: 0xffff);

        Assert.Throws<PackageException>(() => Unpack(zip));
    }

    [Fact]
    public void Unpack_SizeBeyondTheLimit_IsRefusedBeforeWriting()
    {
        byte[] zip = new ZipBuilder().Add("a", "x").Build();
        ZipBuilder.PatchEntry(zip, offset: 24, value: (uint)AgentLimits.PackageUnpackedBytesMax + 1);

        Assert.Contains(
            "more than", Assert.Throws<PackageException>(() => Unpack(zip)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Unpack_BombThatLiesAboutItsSize_StopsAtTheSaidSize()
    {
        byte[] zip = new ZipBuilder().Add("bomb", new string('\0', 50_000_000)).Build();
        ZipBuilder.PatchEntry(zip, offset: 24, value: 10);

        Assert.Throws<PackageException>(() => Unpack(zip));

        Assert.True(new FileInfo(Path.Combine(Task, "bomb")).Length <= 10);
    }

    [Theory]
    [InlineData(10, 99)]
    [InlineData(8, 1)]
    [InlineData(16, 12345)]
    [InlineData(42, 0x7fff_ffff)]
    [InlineData(20, 0x7fff_ffff)]
    [InlineData(46, 0)]
    public void Unpack_WrongFieldInTheDirectory_IsRefused(int offset, uint value)
    {
        byte[] zip = new ZipBuilder().Add("abcd", "some text that is long enough to be packed").Build();
        ZipBuilder.PatchEntry(zip, offset, value);

        Assert.Throws<PackageException>(() => Unpack(zip));
    }

    [Fact]
    public void Unpack_NotAZip_IsSaid() => Assert.Contains(
        "not a zip file",
        Assert.Throws<PackageException>(() => Unpack(Encoding.UTF8.GetBytes("#!/bin/sh\necho no zip\n"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Unpack_EveryTruncation_IsRefused()
    {
        byte[] zip = new ZipBuilder().Add("app.py", "print(1)").Add("b/c", "text text text text").Build();
        for (int length = 0; length < zip.Length; length++)
        {
            Assert.Throws<PackageException>(() => Unpack(zip[..length]));
        }
    }

    [Fact]
    public void Unpack_EveryByteFlipped_UnpacksOrIsRefused()
    {
        byte[] zip = new ZipBuilder().Add("app.py", "print(1)").Add("b/c", "text text text text").Build();
        for (int index = 0; index < zip.Length; index++)
        {
            byte[] flipped = [.. zip];
            flipped[index] ^= 0x55;
            Exception? error = Record.Exception(() => Unpack(flipped));
            Assert.True(error is null or PackageException, $"Byte {index}: {error}");
        }
        Assert.DoesNotContain(
            Directory.GetFileSystemEntries(_root),
            path => path != Task && !path.EndsWith(".zip", StringComparison.Ordinal));
    }

    [Fact]
    public void Crc32_CheckValue_IsTheStandards() => Assert.Equal(0xcbf43926, Crc32.Append(0, "123456789"u8));

    private void Unpack(byte[] zip, int? sizeBytes = null)
    {
        _ = Directory.CreateDirectory(Task);
        string path = Path.Combine(_root, "package.zip");
        File.WriteAllBytes(path, zip);
        using SafeFd file = SafeFd.Open(path, FileOpen.Read);
        new PackageUnpacker(Task).Unpack(new FileWindow(file, sizeBytes ?? zip.Length));
    }

    private string Mode(string path)
    {
        UnixFileMode mode = File.GetUnixFileMode(Path.Combine(Task, path));
        return string.Concat("rwxrwxrwx".Select((letter, bit) => ((int)mode & (0x100 >> bit)) != 0 ? letter : '-'));
    }
}
