using System.Globalization;
using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>Full and diff snapshots of a Linux guest with two vCPUs, by the monitor's API alone.</summary>
[Collection(LinuxSnapshotGroup.Name)]
public sealed class LinuxSnapshotTests(LinuxSnapshot snapshot)
{
    private const int DiffPartMax = 4;

    [Fact]
    public async Task DiffOnFull_HoldsWhatBothHold()
    {
        await snapshot.OriginalAsync();
        LinuxMonitor first = await StartCloneAsync("first", null);
        string initId;
        using (AgentChannel agent = await first.ConnectAsync())
        {
            await agent.RestoreAsync(1);
            initId = await InitIdAsync(agent);
            await agent.InvokeAsync(Event("remember", "left by the first clone"));
        }

        string diff = $"{snapshot.Host.State}/m/diff";
        await first.SnapshotAsync(diff, "Diff");
        await first.EndAsync();

        LinuxMonitor second = await StartCloneAsync("second", diff);
        using (AgentChannel agent = await second.ConnectAsync())
        {
            Assert.Equal("left by the first clone", (string?)await agent.InvokeAsync(Event("recall")));
            Assert.Equal(initId, await InitIdAsync(agent));
        }

        await second.EndAsync();
        Assert.InRange(await SizeKibAsync(diff), 1, await SizeKibAsync(snapshot.Folder) / DiffPartMax);
    }

    [Fact]
    public async Task Original_GoesOnUnharmed_WhileAClonesRuns()
    {
        LinuxMonitor original = await snapshot.OriginalAsync();
        LinuxMonitor clone = await StartCloneAsync("beside", null);
        using AgentChannel ofClone = await clone.ConnectAsync();
        await ofClone.RestoreAsync(1);
        await ofClone.InvokeAsync(Event("remember", "only in the clone"));

        await original.SetStateAsync("Resumed");
        using AgentChannel ofOriginal = await original.ConnectAsync();
        await ofOriginal.RestoreAsync(1);

        Assert.Null(await ofOriginal.InvokeAsync(Event("recall")));
        await ofOriginal.InvokeAsync(Event("remember", "only in the original"));
        Assert.Equal("only in the clone", (string?)await ofClone.InvokeAsync(Event("recall")));
        Assert.Equal("only in the original", (string?)await ofOriginal.InvokeAsync(Event("recall")));
        await clone.EndAsync();
    }

    [Fact]
    public async Task DiffWithoutItsFull_IsRefused()
    {
        await snapshot.OriginalAsync();
        LinuxMonitor first = await StartCloneAsync("orphan", null);
        string diff = $"{snapshot.Host.State}/m/orphaned";
        await first.SnapshotAsync(diff, "Diff");
        await first.EndAsync();

        var monitor = new LinuxMonitor(snapshot.Host, "refusing");
        await monitor.StartAsync();
        JsonObject load = snapshot.Load(monitor, diff);
        load["mem_backend"]!.AsObject().Remove("base_paths");
        load["mem_backend"]!.AsObject().Remove("base_snapshot_paths");
        (int status, JsonObject answer) = await monitor.RequestAsync("PUT", "/snapshot/load", load);

        Assert.Equal(400, status);
        Assert.Contains("base", answer["fault_message"]!.GetValue<string>(), StringComparison.OrdinalIgnoreCase);
        await monitor.EndAsync();
    }

    private async Task<LinuxMonitor> StartCloneAsync(string id, string? diff)
    {
        var monitor = new LinuxMonitor(snapshot.Host, id);
        await monitor.StartAsync();
        await monitor.PutAsync("/snapshot/load", snapshot.Load(monitor, diff));
        return monitor;
    }

    private async Task<long> SizeKibAsync(string folder) => long.Parse(
        (await snapshot.Host.RunAsync($"du -k {folder}/memory")).Split('\t', ' ')[0], CultureInfo.InvariantCulture);

    private static async Task<string> InitIdAsync(AgentChannel agent) =>
        (await agent.InvokeAsync(Event("describe")))!["init_id"]!.GetValue<string>();

    private static JsonObject Event(string action, string? value = null) =>
        new() { ["do"] = action, ["key"] = "it", ["value"] = value };
}
