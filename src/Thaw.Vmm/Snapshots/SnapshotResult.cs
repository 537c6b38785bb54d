using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>What was saved.</summary>
/// <param name="Id">The snapshot's id.</param>
/// <param name="GuestBytes">Bytes of guest memory.</param>
/// <param name="PresentBytes">Bytes of them that are in the memory file.</param>
public sealed record SnapshotResult(SnapshotId Id, ulong GuestBytes, ulong PresentBytes);
