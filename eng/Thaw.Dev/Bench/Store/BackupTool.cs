namespace Thaw.Dev.Bench.Store;

/// <summary>
/// A backup program. Its start (an interpreter, deriving a key from a passphrase) says nothing about throughput, so
/// each run is done twice: with an empty file first, whose cost is subtracted.
/// </summary>
internal abstract class BackupTool : IStoreTool
{
    private const string EmptyName = "empty";
    private const string RepositoryName = "repository";

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public abstract Task<string> DescribeAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async Task<StoreRun> RunAsync(BenchImage image, string work, CancellationToken cancellationToken)
    {
        string empty = Path.Combine(work, EmptyName);
        await File.WriteAllBytesAsync(empty, [], cancellationToken);
        StoreRun start = await RunOnceAsync(empty, Path.Combine(work, "start"), cancellationToken);
        StoreRun whole = await RunOnceAsync(image.Path, Path.Combine(work, "whole"), cancellationToken);
        return whole with { SealStart = start.Seal, OpenStart = start.Open };
    }

    /// <summary>Variables that the program is run with.</summary>
    /// <param name="home">A folder for what it would keep in the user's home.</param>
    protected abstract IReadOnlyDictionary<string, string> EnvironmentIn(string home);

    /// <summary>The command that makes an empty repository.</summary>
    protected abstract IReadOnlyList<string> InitialiseCommand(string repository);

    /// <summary>The command that stores a file.</summary>
    protected abstract IReadOnlyList<string> SealCommand(string repository, string file);

    /// <summary>The command that restores it below the current folder.</summary>
    protected abstract IReadOnlyList<string> OpenCommand(string repository);

    private async Task<StoreRun> RunOnceAsync(string file, string directory, CancellationToken cancellationToken)
    {
        string repository = Path.Combine(directory, RepositoryName);
        string restored = Path.Combine(directory, "restored");
        string home = Path.Combine(directory, "home");
        Directory.CreateDirectory(restored);
        Directory.CreateDirectory(home);
        IReadOnlyDictionary<string, string> environment = EnvironmentIn(home);
        await TimedProcess.RunAsync(directory, environment, InitialiseCommand(repository), cancellationToken);
        (Cost seal, _) = await TimedProcess.RunAsync(
            directory, environment, SealCommand(repository, file), cancellationToken);
        (Cost open, _) = await TimedProcess.RunAsync(
            restored, environment, OpenCommand(repository), cancellationToken);
        return new StoreRun(
            seal, open, default, default, StoredBytes.Below(repository), Path.Combine(restored, file.TrimStart('/')));
    }
}
