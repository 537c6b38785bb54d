namespace Thaw.Worker.Monitors.Wire;

/// <summary>Where a snapshot's memory comes from.</summary>
internal sealed record MemoryBackend
{
    public string BackendType { get; init; } = "File";

    public required string BackendPath { get; init; }
}
