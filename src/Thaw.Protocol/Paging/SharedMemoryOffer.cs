namespace Thaw.Protocol;

/// <summary>
/// Hand-off of shared images, second message: what guest memory consists of. The images' descriptors come with it, in
/// their order. What no segment covers is zero.
/// </summary>
public sealed record SharedMemoryOffer
{
    /// <summary>Length of each image in bytes.</summary>
    public IReadOnlyList<ulong> Images { get; set; } = [];

    /// <summary>The segments, ascending by guest offset.</summary>
    public IReadOnlyList<MemorySegment> Segments { get; set; } = [];

    /// <summary>
    /// Whether the monitor shall map single pages only, where the kernel can: then its page table tells what the guest
    /// touched.
    /// </summary>
    public bool SinglePages { get; init; }

    /// <summary>
    /// What the monitor shall map before the guest runs, as a <see cref="PopulateList"/>: pages that are there and that
    /// earlier clones touched. Advice: a monitor that does not has more page faults, and no other memory.
    /// </summary>
    public byte[] Populate { get; set; } = [];

    /// <summary>Why there is no memory; null when there is.</summary>
    public string? Error { get; init; }
}
