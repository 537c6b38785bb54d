namespace Thaw.Protocol;

/// <summary>
/// Constants and bounds of what monitors and the pager say to each other (docs/formats/pager-protocol.md).
/// </summary>
public static class PagerProtocol
{
    /// <summary>The version of the hand-off of shared images and of the control connection.</summary>
    public const int Version = 1;

    /// <summary>
    /// What a monitor sends first when it wants shared images; Firecracker's hand-off begins with '['.
    /// </summary>
    public static ReadOnlySpan<byte> Magic => "THAWMEM\u0001"u8;

    /// <summary>Firecracker's list of mappings, in bytes.</summary>
    public const int MappingListBytesMax = 64 * 1024;

    /// <summary>A message of the hand-off, in bytes.</summary>
    public const int MessageBytesMax = 1024 * 1024;

    /// <summary>A request or an answer of the control connection, in bytes.</summary>
    public const int ControlBytesMax = 1024 * 1024;

    /// <summary>Mappings of one microVM.</summary>
    public const int MappingsMax = 64;

    /// <summary>Segments that RAM is made of: each is a mapping in the monitor, and the kernel bounds those.</summary>
    public const int SegmentsMax = 8192;

    /// <summary>Ranges of pages to map ahead, in an offer.</summary>
    public const int PopulateRangesMax = 16 * 1024;

    /// <summary>Images that segments lie in; as many layers a chain may have.</summary>
    public const int ImagesMax = 64;

    /// <summary>Guest memory: 4 TiB.</summary>
    public const ulong MemoryBytesMax = 1UL << 42;

    /// <summary>How long either side waits for the next message of a hand-off.</summary>
    public static readonly TimeSpan HandOffTimeout = TimeSpan.FromSeconds(10);
}
