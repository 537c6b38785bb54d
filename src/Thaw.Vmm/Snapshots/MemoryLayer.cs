using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>One snapshot of a chain: its memory file and what is in it.</summary>
/// <param name="Path">The memory file.</param>
/// <param name="Id">The snapshot's id.</param>
/// <param name="Manifest">What is in the file.</param>
internal sealed record MemoryLayer(string Path, SnapshotId Id, MemoryManifest Manifest);
