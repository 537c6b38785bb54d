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
        string folder = await CheckAnewAsync(new ServiceSettings(), version);

        await RefusesAsync(folder, version, Shortened("state", 1));
        await RefusesAsync(folder, version, Changed("state", 5000));
        await RefusesAsync(folder, version, Changed("code.img", 40));
        await RefusesAsync(folder, version, Missing("manifest.json", named: "missing"));

        await CloneFacts.DescribeAsync(thaw, version);
    }

    [Fact]
    public async Task DamagedChunks_AreRefusedByName_AndTheRepairedOnesServe()
    {
        string version = await thaw.ProbeVersionAsync();
        _ = await CheckAnewAsync(new ServiceSettings(), version);
        string store = $"{thaw.Service.DataFolder}/store";

        // What clones touch is kept a second time: where that is whole, nobody asks for chunks.
        await thaw.Host.RunAsync($"rm -rf {store}/working-set-pages");
        await RefusesAsync(store, version, ChangedChunks());
        // Memory that a refused clone brought is there, and was checked: only a new pager asks for all of it.
        _ = await CheckAnewAsync(new ServiceSettings(), version);
        await RefusesAsync(store, version, MissingChunks());

        await CloneFacts.DescribeAsync(thaw, version);
    }

    [Fact]
    public async Task DamagedMemoryFile_IsRefusedByName_AndTheRepairedOneServes()
    {
        string version = await thaw.ProbeVersionAsync();
        var files = new ServiceSettings(Options: "--memory files");
        await thaw.Service.EnsureAsync(files);
        InvokeResult first = await CloneFacts.DescribeAsync(thaw, version);
        string folder = await CheckAnewAsync(files, version);

        await RefusesAsync(folder, version, Shortened("memory", 4096));
        await RefusesAsync(folder, version, Changed("memory", KernelCodeOffset));
        await RefusesAsync(folder, version, Missing("memory", named: "memory"));

        InvokeResult repaired = await CloneFacts.DescribeAsync(thaw, version);
        await CloneFacts.AreIndependentAsync(thaw, [first, repaired]);
        // Without its file the version is what it was for the other tests.
        await thaw.Service.StopAsync();
        await thaw.Host.RunAsync($"rm -r {folder}");
        await thaw.ServeAsync();
        await CloneFacts.DescribeAsync(thaw, version);
    }

    /// <summary>
    /// A service that has checked files trusts them: a new one checks, and goes on until they are right.
    /// </summary>
    /// <returns>Where the version's files are.</returns>
    private async Task<string> CheckAnewAsync(ServiceSettings settings, string version)
    {
        await thaw.Service.StopAsync();
        await thaw.Service.EnsureAsync(settings);
        return $"{thaw.Service.DataFolder}/snapshots/{ThawFixture.Probe}/{version}";
    }

    /// <summary>One byte of each, within what is sealed.</summary>
    private static Damage ChangedChunks() => new(
        "chunk",
        "cp -a chunks ../saved && for f in $(find chunks -type f); do "
        + "dd if=$f bs=1 skip=200 count=1 2>/dev/null | tr '\\000-\\377' '\\001-\\377\\000' "
        + "| dd of=$f bs=1 seek=200 conv=notrunc 2>/dev/null; done",
        "rm -r chunks && mv ../saved chunks");

    /// <summary>All of them; a store without its folder would be one that is away, and waited for.</summary>
    private static Damage MissingChunks() =>
        new("chunk", "mv chunks ../saved && mkdir chunks", "rmdir chunks && mv ../saved chunks");

    private static Damage Shortened(string file, int bytes) => new(
        file,
        $"tail -c {bytes} {file} > ../saved && truncate -s $(($(stat -c %s {file}) - {bytes})) {file}",
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
