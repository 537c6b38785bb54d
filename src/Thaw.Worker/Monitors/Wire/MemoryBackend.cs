namespace Thaw.Worker.Monitors.Wire;

/// <summary>Where a snapshot's memory comes from.</summary>
internal sealed record MemoryBackend
{
    /// <summary>Memory of a pager, shared with all clones.</summary>
    internal const string SharedImages = "SharedImages";

    public string BackendType { get; init; } = "File";

    public required string BackendPath { get; init; }
}
