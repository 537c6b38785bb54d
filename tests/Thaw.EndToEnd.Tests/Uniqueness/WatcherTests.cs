using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>Watchers that asked to be waited for, and do not confirm.</summary>
public sealed class WatcherTests(ThawFixture thaw)
{
    /// <summary>How long watchers are waited for in these tests, twice: a failed start is tried again.</summary>
    private const int RestoreSeconds = 5;

    [Fact]
    public async Task WatcherThatNeverConfirms_NoCloneServes_AndTheReasonIsRecorded()
    {
        UniqueFunction function = await CreateAsync("stuck");
        string version = await function.PublishAsync();
        await thaw.Service.EnsureAsync(new ServiceSettings(RestoreSeconds: RestoreSeconds));

        InvokeResult answer = await function.InvokeAsync(version);

        Assert.NotEqual(HttpStatusCode.OK, answer.Status);
        Assert.Contains("watchers", answer.Text, StringComparison.Ordinal);
        JsonObject record = Assert.Single(await thaw.Functions.RecordsAsync(function.Name)).Value;
        Assert.Contains("watchers", record["serviceError"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatcherThatEnds_IsNotWaitedFor()
    {
        UniqueFunction function = await CreateAsync("dying");
        string version = await function.PublishAsync();

        InvokeResult answer = (await function.InvokeAsync(version)).Succeeded();

        Assert.Equal(0, answer.Json["exit"]!.GetValue<int>());
    }

    private Task<UniqueFunction> CreateAsync(string watcher) => UniqueFunction.CreateAsync(
        thaw, watcher, "watchers.py", environment: new Dictionary<string, string> { ["WATCHER"] = watcher });
}
