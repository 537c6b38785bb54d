using System.Net;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Clones;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Failures;

/// <summary>A version whose files changed behind the service's back.</summary>
public sealed class DamagedSnapshotTests(ThawFixture thaw)
{
    /// <summary>A place in the guest kernel's code, which no guest is without.</summary>
    private const int KernelCodeOffset = 20_000_000;

    [Fact]
    public async Task DamagedFiles_AreRefusedByName_AndTheRepairedOnesServe()
    {
        string version = await thaw.ProbeVersionAsync();
        string folder = $"{thaw.Service.DataFolder}/snapshots/{ThawFixture.Probe}/{version}";
        // A service that has checked the files trusts them: a new one checks, and goes on until they are right.
        await thaw.Service.StopAsync();
        await thaw.ServeAsync();

        await RefusesAsync(folder, version, Shortened("state", 1));
        await RefusesAsync(folder, version, Shortened("memory", 4096));
        await RefusesAsync(folder, version, Changed("state", 5000));
        await RefusesAsync(folder, version, Changed("memory", KernelCodeOffset));
        await RefusesAsync(folder, version, Changed("code.img", 40));
        await RefusesAsync(folder, version, Missing("memory", named: "memory"));
        await RefusesAsync(folder, version, Missing("manifest.json", named: "missing"));

        await CloneFacts.DescribeAsync(thaw, version);
    }

    private static Damage Shortened(string file, int bytes) => new(
        file,
        $"tail -c {bytes} {file} > ../saved && truncate -s $(($(wc -c < {file}) - {bytes})) {file}",
        $"cat ../saved >> {file}");

    private static Damage Changed(string file, int offset) => new(
        file,
        $"dd if={file} of=../saved bs=1 skip={offset} count=1 && tr '\\000-\\377' '\\001-\\377\\000' < ../saved "
        + $"| dd of={file} bs=1 seek={offset} conv=notrunc",
        $"dd if=../saved of={file} bs=1 seek={offset} conv=notrunc");

    private static Damage Missing(string file, string named) =>
        new(named, $"mv {file} ../saved", $"mv ../saved {file}");

    private async Task RefusesAsync(string folder, string version, Damage damage)
    {
        await thaw.Host.RunAsync($"cd {folder} && {damage.Command}");
        try
        {
            InvokeResult refused = await thaw.Functions.InvokeAsync(
                ThawFixture.Probe, version, new JsonObject { ["do"] = "describe" }, fresh: true);

            string message = refused.Refused(HttpStatusCode.InternalServerError, "ServiceException");
            Assert.Contains(damage.Named, message, StringComparison.OrdinalIgnoreCase);
            Assert.Contains($"{ThawFixture.Probe}:{version}", message, StringComparison.Ordinal);
        }
        finally
        {
            await thaw.Host.RunAsync($"cd {folder} && {damage.Repair}");
        }
    }

    /// <summary>Something done to a snapshot.</summary>
    /// <param name="Named">What the refusal has to name.</param>
    /// <param name="Command">What does it.</param>
    /// <param name="Repair">What undoes it.</param>
    private sealed record Damage(string Named, string Command, string Repair);
}
