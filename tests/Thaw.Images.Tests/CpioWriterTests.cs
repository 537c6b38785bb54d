using System.Text;
using Thaw.Images.Archives;
using Thaw.Images.Tools;

namespace Thaw.Images.Tests;

public sealed class CpioWriterTests
{
    [Fact]
    public async Task Archive_WithEveryKindOfEntry_IsReadByCpioAsWritten()
    {
        byte[] archive = WriteSample();

        string listing = await HostTool.RunAsync(
            new ToolCall("cpio", "-itv", "--quiet", "--numeric-uid-gid") { Input = archive },
            TestContext.Current.CancellationToken);

        string[] lines = listing.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(5, lines.Length);
        Assert.StartsWith("drwxr-xr-x   2 0        0 ", lines[0]);
        Assert.EndsWith(" dev", lines[0]);
        Assert.Matches(@"^crw-------   1 0        0          5,   1 .* dev/console$", lines[1]);
        Assert.Matches(@"^-rwxr-xr-x   1 0        0               5 .* init$", lines[2]);
        Assert.Matches(@"^-rw-r--r--   1 0        0               0 .* empty$", lines[3]);
        Assert.Matches(@"^lrwxrwxrwx .* link -> init$", lines[4]);
    }

    [Fact]
    public async Task Archive_UnpackedByCpio_GivesTheContentBack()
    {
        using var directory = new TemporaryDirectory();

        await HostTool.RunAsync(
            new ToolCall("cpio", "-id", "--quiet", "init", "link", "empty")
            {
                Input = WriteSample(),
                WorkingDirectory = directory.Path,
            },
            TestContext.Current.CancellationToken);

        Assert.Equal("hello", File.ReadAllText(directory.File("init")));
        Assert.Equal("hello", File.ReadAllText(directory.File("link")));
        Assert.Equal(0, new FileInfo(directory.File("empty")).Length);
    }

    [Fact]
    public void Archive_WrittenTwice_HasTheSameBytesInWholeBlocks()
    {
        byte[] first = WriteSample();

        Assert.Equal(first, WriteSample());
        Assert.Equal(0, first.Length % 512);
        Assert.Equal("070701", Encoding.ASCII.GetString(first, 0, 6));
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("a/../../b")]
    public void AddFile_WithPathOutsideTheArchive_Throws(string path)
    {
        using var cpio = new CpioWriter(new MemoryStream());

        Assert.Throws<ArgumentException>(() => cpio.AddFile(path, []));
    }

    private static byte[] WriteSample()
    {
        using var output = new MemoryStream();
        using (var cpio = new CpioWriter(output))
        {
            cpio.AddDirectory("/dev");
            cpio.AddCharacterDevice("dev/console", 5, 1);
            cpio.AddFile("init", "hello"u8, mode: 0b111_101_101);
            cpio.AddFile("empty", []);
            cpio.AddSymlink("link", "init");
        }

        return output.ToArray();
    }
}
