using System.Text;
using System.Text.Json;
using static Thaw.Cli.Tests.CliRun;

namespace Thaw.Cli.Tests;

public sealed class CheckCommandTests
{
    [Fact]
    public async Task Unique_SomethingRepeats_SaysWhereAndEndsWithFour()
    {
        await using CliRun run = await PublishedAsync();

        Result result = await run.ThawAsync("check", "unique", "hello:1", "--clones", "3", "--payload", """{"n":1}""");

        Assert.Equal((4, ""), (result.Code, result.Error));
        Assert.Equal(
            """
            REPEATS 0123456789abcdef
                clone a: memory at 0x10
                    process 12 (python3.13) [heap]+0x1a40 rw-p
                clone b: response
                near "session"
            2 clones, 0.0 MiB written by them: 1 values repeat.

            """, result.Out);
        Assert.Equal(3, run.Host.Checks.Uniqueness!.Clones);
        Assert.Equal("""{"n":1}""", Encoding.UTF8.GetString(run.Host.Checks.Uniqueness.Payload.Span));
    }

    [Fact]
    public async Task Unique_AsJson_IsTheServicesReport()
    {
        await using CliRun run = await PublishedAsync();

        Result result = await run.ThawAsync("check", "unique", "hello:1", "--json");

        Assert.Equal(4, result.Code);
        JsonElement repeated = result.Json.GetProperty("repeated")[0];
        Assert.Equal("0123456789abcdef", repeated.GetProperty("value").GetString());
        JsonElement location = repeated.GetProperty("places")[0].GetProperty("location");
        Assert.Equal(
            (12, "[heap]", 0x1a40),
            (location.GetProperty("processId").GetInt32(), location.GetProperty("mapping").GetString(),
                location.GetProperty("offset").GetInt32()));
        Assert.False(repeated.GetProperty("places")[1].TryGetProperty("location", out _));
        Assert.Equal(8, run.Host.Checks.Uniqueness!.Clones);
    }

    [Fact]
    public async Task Secrets_OneIsFound_SaysWhereWithoutTheSecretAndEndsWithFour()
    {
        await using CliRun run = await PublishedAsync();
        string file = Path.Combine(run.Directory, "token");
        await File.WriteAllTextAsync(file, "hunter2hunter2\n", TestContext.Current.CancellationToken);

        Result result = await run.ThawAsync("check", "secrets", "hello:1", "--secret-file", file);

        Assert.Equal(4, result.Code);
        Assert.StartsWith($"FOUND {file} (raw) in memory at 0x20\n", result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", result.Out, StringComparison.Ordinal);
        Assert.Equal("hunter2hunter2"u8, Assert.Single(run.Host.Checks.Secrets!.Secrets).Value.Span);
    }

    [Theory]
    [InlineData("check", "unique", "hello")]
    [InlineData("check", "unique", "hello:1", "--clones", "1")]
    [InlineData("check", "unique", "hello:1", "--payload", "@missing")]
    [InlineData("check", "secrets", "hello:1")]
    [InlineData("check", "secrets", "hello:1", "--secret-file", "missing")]
    public async Task BadCommandLines_EndWithTwo(params string[] arguments) =>
        Assert.Equal(2, (await BareAsync(arguments)).Code);

    private static async Task<CliRun> PublishedAsync()
    {
        CliRun run = await StartAsync();
        await run.CreateAsync("hello");
        Assert.Equal(0, (await run.ThawAsync("function", "publish", "hello", "--wait")).Code);
        return run;
    }
}
