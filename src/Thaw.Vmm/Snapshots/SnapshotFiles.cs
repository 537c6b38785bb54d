namespace Thaw.Vmm.Snapshots;

/// <summary>The two files of a snapshot.</summary>
/// <param name="StatePath">State of vCPUs and devices.</param>
/// <param name="MemoryPath">Memory.</param>
public sealed record SnapshotFiles(string StatePath, string MemoryPath);
