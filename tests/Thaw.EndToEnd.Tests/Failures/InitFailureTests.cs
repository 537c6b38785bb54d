using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>Init code that goes wrong, cold and while a version is published.</summary>
public sealed class InitFailureTests(ThawFixture thaw)
{
    private const int InitTimeoutSeconds = 20;

    [Theory]
    [InlineData("throws", "RuntimeError", "init failed on purpose")]
    [InlineData("exits", "Runtime.ExitError", "3")]
    public async Task ColdInvocation_SaysHowInitFailed(string way, string type, string part)
    {
        await ServeWithShortInitAsync();
        await CreateAsync($"cold-{way}", way);

        InvokeResult failed = await thaw.Functions.InvokeAsync($"cold-{way}", "$LATEST", new JsonObject());

        JsonObject error = failed.FailedInFunction();
        Assert.Equal(type, error["errorType"]!.GetValue<string>());
        Assert.Contains(part, error["errorMessage"]!.GetValue<string>(), StringComparison.Ordinal);
        await thaw.Service.UntilAtRestAsync();
    }

    [Theory]
    [InlineData("throws", "FunctionError.RuntimeInitError", "init failed on purpose")]
    [InlineData("hangs", "FunctionError.InitTimeout", "20")]
    public async Task Version_FailsWithTheReason_AndLeavesNothing(string way, string code, string part)
    {
        await ServeWithShortInitAsync();
        string name = $"version-{way}";
        await CreateAsync(name, way);

        string version = await thaw.Functions.BeginPublishAsync(name);
        JsonObject made = await thaw.Functions.UntilPublishedAsync(name, version);

        Assert.Equal("Failed", made["State"]!.GetValue<string>());
        Assert.Equal(code, made["StateReasonCode"]!.GetValue<string>());
        Assert.Contains(part, made["StateReason"]!.GetValue<string>(), StringComparison.Ordinal);
        InvokeResult refused = await thaw.Functions.InvokeAsync(name, version, new JsonObject());
        refused.Refused(HttpStatusCode.BadGateway, "ResourceNotReadyException");
        await thaw.Service.UntilAtRestAsync();
        Assert.Empty((await thaw.Service.GetAsync("/thaw/v1/snapshots"))["snapshots"]!.AsArray());
    }

    /// <summary>A service of its own, so that other tests keep their limit, and their snapshots.</summary>
    private Task ServeWithShortInitAsync() =>
        thaw.Service.EnsureAsync(new ServiceSettings("short-init", $"--init-timeout {InitTimeoutSeconds}"));

    private Task CreateAsync(string name, string way) => thaw.Functions.CreateAsync(
        name, "bad_init.py", environment: new Dictionary<string, string> { ["WAY"] = way });
}
