namespace Thaw.Dev.Bench.Store;

/// <summary>borg with <c>repokey</c> encryption (AES-256-CTR, HMAC-SHA256).</summary>
/// <param name="name">What it is called in results.</param>
/// <param name="compression">As its <c>--compression</c> takes it; <c>lz4</c> is its default.</param>
internal sealed class BorgTool(string name, string compression) : BackupTool
{
    /// <inheritdoc/>
    public override string Name => name;

    /// <inheritdoc/>
    public override async Task<string> DescribeAsync(CancellationToken cancellationToken) =>
        $"{(await ChildProcess.RunAsync("borg", ["--version"], null, cancellationToken)).Trim()}, repokey, "
        + $"compression {compression}";

    /// <inheritdoc/>
    protected override IReadOnlyDictionary<string, string> EnvironmentIn(string home) => new Dictionary<string, string>
    {
        ["BORG_PASSPHRASE"] = "measured",
        ["BORG_BASE_DIR"] = home,
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<string> InitialiseCommand(string repository) =>
        ["borg", "init", "-e", "repokey", repository];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> SealCommand(string repository, string file) =>
        ["borg", "create", "--compression", compression, $"{repository}::image", file];

    /// <inheritdoc/>
    protected override IReadOnlyList<string> OpenCommand(string repository) =>
        ["borg", "extract", "--sparse", $"{repository}::image"];
}
