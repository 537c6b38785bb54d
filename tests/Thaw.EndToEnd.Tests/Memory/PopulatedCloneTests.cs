using System.Globalization;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Memory;

/// <summary>Clones whose memory is mapped ahead, as far as earlier clones touched it.</summary>
public sealed class PopulatedCloneTests(ThawFixture thaw)
{
    private const string Function = "ahead";

    /// <summary>So many clones are watched before any memory is mapped ahead.</summary>
    private const int WatchedCount = 4;

    /// <summary>The first kernel with KVM_PRE_FAULT_MEMORY.</summary>
    private static readonly Version s_preFault = new(6, 11);

    [Fact]
    public async Task CloneAfterTheFirstFew_HasAFractionOfTheirPageFaults()
    {
        await thaw.ServeAsync();
        await thaw.Functions.CreateAsync(Function, "probe.py", ThawFixture.ProbeTimeoutSeconds);
        string version = await thaw.PublishAsync(Function);

        (long watchedFaults, long watchedPages) = await CloneAsync(version);
        for (int i = 1; i < WatchedCount; i++)
        {
            await CloneAsync(version);
        }
        (long faults, long pages) = await CloneAsync(version);

        TestContext.Current.SendDiagnosticMessage(
            $"Guest page faults: {watchedFaults} of a watched clone, {faults} with {pages} pages mapped ahead");
        Assert.Equal(0, watchedPages);
        Assert.InRange(pages, 500, 100_000);
        string[] kernel = (await thaw.Host.RunAsync("uname -r")).Split('.');
        Version release = new(Number(kernel[0]), Number(kernel[1]));
        Assert.InRange(faults, 1, release >= s_preFault ? watchedFaults / 3 : watchedFaults);
        await thaw.Functions.DeleteAsync(Function);

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Starts a clone, and ends it.</summary>
    /// <returns>Faults of its second-level page tables, and pages that were mapped ahead.</returns>
    private async Task<(long Faults, long Pages)> CloneAsync(string version)
    {
        InvokeResult answer = (await thaw.Functions.InvokeAsync(
            Function, version, new JsonObject { ["do"] = "describe" })).Succeeded();
        JsonObject record = (await thaw.Functions.RecordsAsync(Function))[answer.RequestId];
        Assert.Equal("restore", answer.StartKind);
        // The folder of a VM in KVM's statistics begins with its process; the one that runs is the youngest.
        string faults = await thaw.Host.RunAsync(
            """
            [ -d /sys/kernel/debug/kvm ] || mount -t debugfs none /sys/kernel/debug
            cd /sys/kernel/debug/kvm
            vm=$(ls -d [0-9]*-* | sort -n | tail -n 1)
            [ -n "$vm" ] || { echo "no VM among $(ls)"; ps; exit 1; }
            cat $vm/pf_taken
            kill -KILL ${vm%-*}
            while kill -0 ${vm%-*} 2>/dev/null; do sleep 0.1; done
            """);
        return (
            long.Parse(faults, CultureInfo.InvariantCulture), record["paging"]!["populated"]!.GetValue<long>());
    }
}
