namespace Thaw.Protocol;

/// <summary>
/// One mapping of guest memory in a monitor, as Firecracker describes it to page-fault handlers. The names on the wire
/// are Firecracker's.
/// </summary>
public sealed record MemoryMapping
{
    /// <summary>Where it begins in the monitor's address space.</summary>
    public required ulong BaseHostVirtAddr { get; init; }

    /// <summary>Its length in bytes.</summary>
    public required ulong Size { get; init; }

    /// <summary>Where its content begins in the memory file.</summary>
    public required ulong Offset { get; init; }

    /// <summary>Bytes of a page.</summary>
    public ulong PageSize { get; init; }

    /// <summary>Deprecated in Firecracker: bytes of a page too, whatever the name says.</summary>
    public ulong PageSizeKib { get; init; }
}
