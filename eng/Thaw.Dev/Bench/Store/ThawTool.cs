using System.Text.Json;

namespace Thaw.Dev.Bench.Store;

/// <summary>
/// Thaw.Store: an image published as a layer into a local store, and written back into a file. The store runs in a
/// process of its own that has done the same before, as the service has.
/// </summary>
internal sealed class ThawTool : IStoreTool
{
    /// <inheritdoc/>
    public string Name => "thaw";

    private static string Program =>
        Path.Combine(Workspace.Artifacts, "bin", "Thaw.MicroBenchmarks", "release", "Thaw.MicroBenchmarks");

    /// <inheritdoc/>
    public async Task<string> DescribeAsync(CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync(Program, ["version"], null, cancellationToken)).Trim();

    /// <inheritdoc/>
    public async Task<StoreRun> RunAsync(BenchImage image, string work, CancellationToken cancellationToken)
    {
        string store = Path.Combine(work, "store");
        string restored = Path.Combine(work, "restored");
        if (!File.Exists(Program))
        {
            throw new DevException($"There is no {Program}. Build first: ./dev build.");
        }

        string said = await ChildProcess.RunAsync(
            OneProcessor.Prefix[0],
            [.. OneProcessor.Prefix.Skip(1), Program, "image", "--work", work, image.Path],
            null,
            cancellationToken);
        ThawRun run = JsonSerializer.Deserialize(said, StoreJson.Default.ThawRun)
            ?? throw new DevException($"{Program} printed no figures: {said}");
        return new StoreRun(
            new Cost(run.SealCpuS, run.SealWallS), new Cost(run.OpenCpuS, run.OpenWallS), default, default,
            StoredBytes.Below(store), restored);
    }
}
