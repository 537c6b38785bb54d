using Thaw.Dev.Bench;

namespace Thaw.Dev.Tests;

public sealed class BenchImageTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Parse_NameAndFile_GivesBoth()
    {
        File.WriteAllText(_file, "memory");

        BenchImage image = BenchImage.Parse($"mine={_file}");

        Assert.Equal(new BenchImage("mine", _file), image);
    }

    [Theory]
    [InlineData("")]
    [InlineData("mine")]
    [InlineData("mine=")]
    [InlineData("=file")]
    public void Parse_NoNameOrNoPath_SaysWhatIsExpected(string text)
    {
        DevException failure = Assert.Throws<DevException>(() => BenchImage.Parse(text));

        Assert.Contains("NAME=PATH", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EmptyOrMissingFile_NamesIt()
    {
        Assert.Contains(
            _file, Assert.Throws<DevException>(() => BenchImage.Parse($"mine={_file}")).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            $"{_file}.none", Assert.Throws<DevException>(() => BenchImage.Parse($"mine={_file}.none")).Message,
            StringComparison.Ordinal);
    }
}
