using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>Watchers that asked to be waited for, and do not confirm.</summary>
public sealed class WatcherTests(ThawFixture thaw)
{
    [Fact]
    public async Task WatcherThatNeverConfirms_NoCloneServes_AndTheReasonIsRecorded()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(
            thaw, "stuck", "watchers.py", null, ("WATCHER", "stuck"));
        string version = await function.PublishAsync();

        InvokeResult answer = await function.InvokeAsync(version);

        Assert.NotEqual(System.Net.HttpStatusCode.OK, answer.Status);
        Assert.Contains("watchers", answer.Text, StringComparison.Ordinal);
        JsonObject record = Assert.Single(await thaw.Functions.RecordsAsync(function.Name)).Value;
        Assert.Contains("watchers", record["serviceError"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WatcherThatEnds_IsNotWaitedFor()
    {
        UniqueFunction function = await UniqueFunction.CreateAsync(
            thaw, "dying", "watchers.py", null, ("WATCHER", "dying"));
        string version = await function.PublishAsync();

        InvokeResult answer = (await function.InvokeAsync(version)).Succeeded();

        Assert.Equal(0, answer.Json["exit"]!.GetValue<int>());
    }
}
