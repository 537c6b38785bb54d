using Thaw.Images.Debian;

namespace Thaw.Images.Tests;

public sealed class AptSourcesTests
{
    private static readonly HostRelease s_bookworm = new("debian", "bookworm", "12");

    [Fact]
    public void FindArchive_InStanzas_TakesTheMainSuiteAndItsKeyring()
    {
        using var apt = new TemporaryDirectory();
        Directory.CreateDirectory(apt.File("sources.list.d"));
        File.WriteAllText(apt.File("sources.list.d/debian.sources"), """
            Types: deb deb-src
            URIs: http://mirror.example/debian/
            Suites: bookworm
              bookworm-updates
            Components: main
            Signed-By: /usr/share/keyrings/some.gpg

            Types: deb
            Enabled: no
            URIs: http://other.example/debian
            Suites: bookworm
            """);

        DebianArchive archive = AptSources.FindArchive(apt.Path, s_bookworm, null);

        Assert.Equal(
            new DebianArchive("http://mirror.example/debian", "bookworm", "/usr/share/keyrings/some.gpg"), archive);
        Assert.Equal("bookworm-backports", archive.KernelSuite);
        Assert.Contains("Suites: trixie\n", archive.Stanza("trixie"));
    }

    [Fact]
    public void FindArchive_InLines_SkipsSourcesCommentsAndOtherSuites()
    {
        using var apt = new TemporaryDirectory();
        File.WriteAllText(apt.File("sources.list"), """
            # deb http://commented.example/debian bookworm main
            deb-src http://source.example/debian bookworm main
            deb http://security.example/debian-security bookworm-security main
            deb [arch=amd64 signed-by=/k.gpg] https://mirror.example/debian bookworm main contrib
            """);

        DebianArchive archive = AptSources.FindArchive(apt.Path, s_bookworm, null);

        Assert.Equal(new DebianArchive("https://mirror.example/debian", "bookworm", "/k.gpg"), archive);
    }

    [Fact]
    public void FindArchive_OnAnotherDistribution_SaysHowToNameAMirror()
    {
        using var apt = new TemporaryDirectory();
        File.WriteAllText(apt.File("sources.list"), "deb http://mirror.example/ubuntu noble main\n");

        ImageException e = Assert.Throws<ImageException>(() =>
            AptSources.FindArchive(apt.Path, new HostRelease("ubuntu", "noble", "24.04"), null));

        Assert.Contains("THAW_DEBIAN_MIRROR", e.Message);
    }

    [Fact]
    public void FindArchive_WithMirrorNamed_TakesIt()
    {
        using var apt = new TemporaryDirectory();

        Assert.Equal(
            "http://named.example/debian",
            AptSources.FindArchive(apt.Path, s_bookworm, "http://named.example/debian/").Mirror);
    }

    [Fact]
    public void HostRelease_IsReadFromQuotedAndPlainFields()
    {
        Assert.Equal(
            s_bookworm, HostRelease.Parse("NAME=\"x\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n"));
    }
}
