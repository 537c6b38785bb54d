using Thaw.Monitor.CommandLine;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.Tests.CommandLine;

public sealed class MonitorArgumentsTests
{
    [Fact]
    public void Parse_FirecrackersArguments_AreTaken()
    {
        MonitorOptions options = MonitorArguments.Parse(
        [
            "--api-sock", "/a", "--id=vm-1", "--level", "debug", "--show-level", "--log-path", "/l",
            "--metrics-path=/m", "--http-api-max-payload-size", "100", "--start-time-us", "5",
            "--start-time-cpu-us", "6", "--config-file", "/c", "--no-api", "--no-seccomp",
            "--parent-death-signal", "KILL",
        ]);

        Assert.Equal("/a", options.ApiSocket);
        Assert.Equal("vm-1", options.Id);
        Assert.Equal(LogLevel.Debug, options.Level);
        Assert.Equal("/l", options.LogPath);
        Assert.Equal("/m", options.MetricsPath);
        Assert.Equal(100, options.PayloadBytesMax);
        Assert.Equal("/c", options.ConfigFile);
        Assert.Equal(ParentDeathSignal.Kill, options.ParentDeath);
        Assert.True(options is { ShowLevel: true, NoApi: true });
    }

    [Theory]
    [InlineData("Argument 'config-file' required, but not found.", "--no-api")]
    [InlineData("The argument 'id' requires a value, but none was supplied.", "--id")]
    [InlineData("The argument 'id' requires a value, but none was supplied.", "--id", "--no-api")]
    [InlineData("The argument 'id' was provided more than once.", "--id", "a", "--id", "b")]
    [InlineData("The argument 'no-api' takes no value.", "--no-api=yes")]
    [InlineData("Found argument '--foo' which wasn't expected, or isn't valid in this context.", "--foo")]
    [InlineData("Found argument 'foo' which wasn't expected, or isn't valid in this context.", "foo")]
    [InlineData("Invalid instance ID \"a_b\": 1 to 64 letters, digits and hyphens.", "--id", "a_b")]
    [InlineData("'http-api-max-payload-size' is \"-1\", expected a number of at most 67108864.",
        "--http-api-max-payload-size=-1")]
    [InlineData("'parent-death-signal' is \"HUP\", expected KILL or TERM.", "--parent-death-signal", "HUP")]
    [InlineData("Invalid value for logger level: loud. Possible values: [Error, Warning, Info, Debug]", "--level=loud")]
    public void Parse_WrongArguments_SaysWhatIsWrong(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<CommandLineException>(() => MonitorArguments.Parse(arguments)).Message);

    [Fact]
    public void Help_Always_NamesEachArgument()
    {
        Assert.Contains("--api-sock", MonitorArguments.Help, StringComparison.Ordinal);
        Assert.Contains("--probe-kvm", MonitorArguments.Help, StringComparison.Ordinal);
    }
}
