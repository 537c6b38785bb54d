namespace Thaw.Worker;

/// <summary>A space of a layer: guest memory, device state, a disk.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LengthBytes">Its length.</param>
/// <param name="OwnPages">Pages of 4 KiB that the layer has itself.</param>
/// <param name="ZeroPages">Pages that the layer records as zero.</param>
/// <param name="InheritedPages">Pages that are an ancestor's.</param>
public sealed record SnapshotSpace(
    string Name, long LengthBytes, long OwnPages, long ZeroPages, long InheritedPages);
