using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests;

/// <summary>Functions that boot their own microVM.</summary>
public sealed class ColdStartTests(ThawFixture thaw)
{
    [Fact]
    public async Task UnpublishedFunction_BootsOnce_AndThenServes()
    {
        await thaw.ServeAsync();
        await thaw.Functions.CreateAsync("plain", "probe.py");

        InvokeResult first = (await thaw.Functions.InvokeAsync(
            "plain", "$LATEST", new JsonObject { ["do"] = "describe" }, withLog: true)).Succeeded();
        InvokeResult second = (await thaw.Functions.InvokeAsync(
            "plain", "$LATEST", new JsonObject { ["do"] = "describe" })).Succeeded();

        Assert.Equal("cold", first.StartKind);
        Assert.Equal("warm", second.StartKind);
        Assert.Equal(2, second.Json["invocations"]!.GetValue<int>());
        Assert.Equal(0, second.Json["restored"]!.GetValue<int>());
        Assert.Contains($"START RequestId: {first.RequestId} Version: $LATEST", first.Log, StringComparison.Ordinal);
        Assert.Contains($"END RequestId: {first.RequestId}", first.Log, StringComparison.Ordinal);
        Assert.Contains("Init Duration: ", first.Log, StringComparison.Ordinal);

        await thaw.Functions.DeleteAsync("plain");
        await thaw.Service.UntilAtRestAsync();
    }
}
