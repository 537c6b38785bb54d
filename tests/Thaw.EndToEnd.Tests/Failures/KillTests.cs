using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Clones;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>Processes that are killed while they are at work.</summary>
public sealed class KillTests(ThawFixture thaw)
{
    [Fact]
    public async Task MonitorKilledDuringAnInvocation_FailsIt_AndTheNextWorks()
    {
        string version = await thaw.ProbeVersionAsync();
        (await InvokeAsync(version, "describe")).Succeeded();

        Task<InvokeResult> running = InvokeAsync(version, "wait");
        await Poll.UntilAsync("the clone is at work", async () =>
        {
            JsonObject worker = await thaw.Service.WorkerAsync();
            return worker["microvms"]!.GetValue<int>() > worker["idle"]!.GetValue<int>();
        });
        await thaw.Host.RunAsync($"kill -KILL {string.Join(' ', await thaw.Service.MonitorsAsync())}");
        InvokeResult failed = await running;
        InvokeResult next = await InvokeAsync(version, "describe");

        string message = failed.Refused(HttpStatusCode.InternalServerError, "ServiceException");
        Assert.Contains("monitor ended with exit code 137", message, StringComparison.Ordinal);
        Assert.Equal("restore", next.Succeeded().StartKind);
        JsonArray failures = (await thaw.Service.GetAsync("/thaw/v1/failures"))["failures"]!.AsArray();
        Assert.Contains(failures, f => f!["functionName"]!.GetValue<string>() == ThawFixture.Probe);
    }

    [Fact]
    public async Task ServiceKilledDuringAPublication_LeavesAFailedVersionAndNothingElse_AndPublishAgainWorks()
    {
        const string Name = "interrupted";
        string probe = await thaw.ProbeVersionAsync();
        await thaw.Functions.CreateAsync(Name, "probe.py");
        string version = await thaw.Functions.BeginPublishAsync(Name);
        await Poll.UntilAsync("the version's microVM runs", async () =>
            (await thaw.Service.WorkerAsync())["microvms"]!.GetValue<int>() > 0
            && await thaw.Host.RunAsync($"ls -A {thaw.Service.DataFolder}/snapshots/.unfinished | wc -l") == "1");

        await thaw.Service.KillAsync();
        await Poll.UntilAsync(
            "no monitor is left", async () => (await thaw.Service.MonitorsAsync()).Length == 0);
        await thaw.ServeAsync();

        JsonObject interrupted = await thaw.Functions.ConfigurationAsync(Name, version);
        Assert.Equal("Failed", interrupted["State"]!.GetValue<string>());
        Assert.Contains("service stopped", interrupted["StateReason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("0", await thaw.Host.RunAsync(
            $"ls -A {thaw.Service.DataFolder}/snapshots/.unfinished 2>/dev/null | wc -l"));
        Assert.DoesNotContain(
            (await thaw.Service.GetAsync("/thaw/v1/snapshots"))["snapshots"]!.AsArray(),
            s => s!["functionName"]!.GetValue<string>() == Name);

        string again = await thaw.PublishAsync(Name);
        InvokeResult answer = await thaw.Functions.InvokeAsync(
            Name, again, new JsonObject { ["do"] = "describe" }, fresh: true);
        Assert.Equal("restore", answer.Succeeded().StartKind);
        await CloneFacts.DescribeAsync(thaw, probe);
        await thaw.Functions.DeleteAsync(Name);
        Assert.Equal("0", await thaw.Host.RunAsync(
            $"ls -d {thaw.Service.DataFolder}/snapshots/{Name} 2>/dev/null | wc -l"));
    }

    private Task<InvokeResult> InvokeAsync(string version, string action) => thaw.Functions.InvokeAsync(
        ThawFixture.Probe, version, new JsonObject { ["do"] = action, ["seconds"] = 25 });
}
