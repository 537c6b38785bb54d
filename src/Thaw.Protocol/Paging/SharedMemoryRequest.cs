namespace Thaw.Protocol;

/// <summary>Hand-off of shared images, first message: what the monitor is about to restore.</summary>
public sealed record SharedMemoryRequest
{
    /// <summary>Guest memory in bytes.</summary>
    public required ulong MemoryBytes { get; init; }

    /// <summary>The snapshot's id as its state file has it, hexadecimal.</summary>
    public string? Snapshot { get; init; }
}
