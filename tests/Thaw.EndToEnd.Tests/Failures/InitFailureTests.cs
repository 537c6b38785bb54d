using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>Init code that goes wrong, cold and while a version is published.</summary>
public sealed class InitFailureTests(ThawFixture thaw)
{
    private const int InitTimeoutSeconds = 15;

    [Theory]
    [InlineData("throws", "RuntimeError", "init failed on purpose")]
    [InlineData("exits", "Runtime.ExitError", "3")]
    public async Task ColdInvocation_SaysHowInitFailed(string way, string type, string part)
    {
        await thaw.ServeAsync();
        await CreateAsync($"cold-{way}", way);

        InvokeResult failed = await thaw.Functions.InvokeAsync($"cold-{way}", "$LATEST", new JsonObject());

        JsonObject error = failed.FailedInFunction();
        Assert.Equal(type, error["errorType"]!.GetValue<string>());
        Assert.Contains(part, error["errorMessage"]!.GetValue<string>(), StringComparison.Ordinal);
        await thaw.Service.UntilAtRestAsync();
    }

    [Fact]
    public async Task VersionWhoseInitThrows_FailsWithTheReason_AndLeavesNothing()
    {
        await thaw.ServeAsync();

        await FailsAsync("version-throws", "throws", "FunctionError.RuntimeInitError", "init failed on purpose");
    }

    [Fact]
    public async Task VersionWhoseInitNeverEnds_FailsWithTheLimit_AndLeavesNothing()
    {
        // A service of its own, so that other tests keep their limit.
        await thaw.Service.EnsureAsync(new ServiceSettings("short-init", $"--init-timeout {InitTimeoutSeconds}"));

        await FailsAsync("version-hangs", "hangs", "FunctionError.InitTimeout", $"{InitTimeoutSeconds}.");
    }

    private async Task FailsAsync(string name, string way, string code, string part)
    {
        await CreateAsync(name, way);

        string version = await thaw.Functions.BeginPublishAsync(name);
        JsonObject made = await thaw.Functions.UntilPublishedAsync(name, version);

        Assert.Equal("Failed", made["State"]!.GetValue<string>());
        Assert.Contains(part, made["StateReason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(code, made["StateReasonCode"]!.GetValue<string>());
        InvokeResult refused = await thaw.Functions.InvokeAsync(name, version, new JsonObject());
        refused.Refused(HttpStatusCode.BadGateway, "ResourceNotReadyException");
        await thaw.Service.UntilAtRestAsync();
        Assert.DoesNotContain(
            (await thaw.Service.GetAsync("/thaw/v1/snapshots"))["snapshots"]!.AsArray(),
            s => s!["functionName"]!.GetValue<string>() == name);
    }

    private Task CreateAsync(string name, string way) => thaw.Functions.CreateAsync(
        name, "bad_init.py", environment: new Dictionary<string, string> { ["WAY"] = way });
}
