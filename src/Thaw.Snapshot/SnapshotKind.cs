namespace Thaw.Snapshot;

/// <summary>Whether a snapshot's memory file stands alone.</summary>
public enum SnapshotKind : byte
{
    /// <summary>The memory file holds every page that is not zero.</summary>
    Full = 1,

    /// <summary>The memory file holds the pages that changed since the base snapshot.</summary>
    Diff = 2,
}
