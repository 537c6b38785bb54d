namespace Thaw.Dev.Bench.Store;

/// <summary>
/// restic with its defaults: repository format 2, compression <c>auto</c> (zstd), AES-256-CTR, Poly1305.
/// </summary>
internal sealed class ResticTool : BackupTool
{
    /// <inheritdoc/>
    public override string Name => "restic";

    /// <inheritdoc/>
    public override async Task<string> DescribeAsync(CancellationToken cancellationToken) =>
        $"{(await ChildProcess.RunAsync("restic", ["version"], null, cancellationToken)).Trim()}, compression auto "
        + "(zstd, its default level)";

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> EnvironmentIn(string home) => new Dictionary<string, string>
    {
        ["RESTIC_PASSWORD"] = "measured",
        ["HOME"] = home,
        ["XDG_CACHE_HOME"] = home,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InitialiseCommand(string repository) =>
        ["restic", "--no-cache", "-r", repository, "init", "--repository-version", "2"];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> SealCommand(string repository, string file) =>
        ["restic", "--no-cache", "-q", "-r", repository, "backup", file];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OpenCommand(string repository) =>
        ["restic", "--no-cache", "-q", "-r", repository, "restore", "latest", "--target", "."];
}
