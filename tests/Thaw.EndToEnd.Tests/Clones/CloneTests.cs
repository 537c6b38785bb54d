using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Clones;

/// <summary>Clones of a published version.</summary>
public sealed class CloneTests(ThawFixture thaw)
{
    private const int RowLength = 50;

    /// <summary>An emulated guest stalls now and then; the service then takes another clone.</summary>
    private const int EmulatorStallsMax = 1;

    [Theory]
    [InlineData(4)]
    [InlineData(8)]
    public async Task ClonesStartedAtOnce_AreIndependent(int count)
    {
        string version = await thaw.ProbeVersionAsync();

        InvokeResult[] clones = await Task.WhenAll(
            Enumerable.Range(0, count).Select(_ => CloneFacts.DescribeAsync(thaw, version)));

        await CloneFacts.AreIndependentAsync(thaw, clones);
        await thaw.Service.UntilAtRestAsync();
    }

    [Fact]
    public async Task FiftyRestoresInARow_Succeed()
    {
        string version = await thaw.ProbeVersionAsync();
        long retriesBefore = (await thaw.Service.WorkerAsync())["startRetries"]!.GetValue<long>();

        var clones = new List<InvokeResult>();
        for (int i = 0; i < RowLength; i++)
        {
            clones.Add(await CloneFacts.DescribeAsync(thaw, version));
        }

        await CloneFacts.AreIndependentAsync(thaw, clones);
        long retries = (await thaw.Service.WorkerAsync())["startRetries"]!.GetValue<long>() - retriesBefore;
        string failures = string.Join("; ", (await thaw.Service.GetAsync("/thaw/v1/failures"))["failures"]!.AsArray()
            .Select(f => f!["message"]!.GetValue<string>()));
        Assert.True(retries <= EmulatorStallsMax, $"{retries} starts had to be tried again: {failures}");
        if (retries > 0)
        {
            Console.WriteLine($"RETRY {retries} of {RowLength} clones did not come up: {failures}");
        }
    }

    [Fact]
    public async Task IdleClone_ServesTheNextInvocation_AndKeepsItsState()
    {
        string version = await thaw.ProbeVersionAsync();
        string value = Guid.NewGuid().ToString();

        InvokeResult first = (await thaw.Functions.InvokeAsync(
            ThawFixture.Probe, version, Event("remember", value))).Succeeded();
        InvokeResult second = (await thaw.Functions.InvokeAsync(
            ThawFixture.Probe, version, Event("recall", value))).Succeeded();
        InvokeResult fresh = (await thaw.Functions.InvokeAsync(
            ThawFixture.Probe, version, Event("recall", value), fresh: true)).Succeeded();

        Assert.Equal("warm", second.StartKind);
        Assert.Equal(first.CloneId, second.CloneId);
        Assert.Equal($"\"{value}\"", second.Text);
        Assert.NotEqual(first.CloneId, fresh.CloneId);
        Assert.Equal("null", fresh.Text);
    }

    [Fact]
    public async Task EndedClones_LeaveNothing()
    {
        string version = await thaw.ProbeVersionAsync();
        // A restart ends what other tests keep warm.
        await thaw.Service.StopAsync();
        await thaw.ServeAsync();

        await CloneFacts.DescribeAsync(thaw, version);
        await thaw.Service.UntilAtRestAsync();

        await Poll.UntilAsync("only monitors of the pool are left", async () =>
        {
            int pooled = (await thaw.Service.WorkerAsync())["pooledMonitors"]!.GetValue<int>();
            string folders = await thaw.Host.RunAsync($"ls {thaw.Service.DataFolder}/run | wc -l");
            return (await thaw.Service.MonitorsAsync()).Length == pooled && folders == $"{pooled}";
        });
    }

    private static JsonObject Event(string action, string value) =>
        new() { ["do"] = action, ["key"] = "it", ["value"] = value };
}
