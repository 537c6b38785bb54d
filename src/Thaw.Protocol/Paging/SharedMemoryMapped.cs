namespace Thaw.Protocol;

/// <summary>
/// Hand-off of shared images, third message: where the monitor mapped guest memory. The userfaultfd comes with it.
/// </summary>
public sealed record SharedMemoryMapped
{
    /// <summary>The mappings, as Firecracker describes them.</summary>
    public required IReadOnlyList<MemoryMapping> Mappings { get; init; }
}
