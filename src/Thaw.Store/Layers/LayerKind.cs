namespace Thaw.Store;

/// <summary>What a layer is in the tree of snapshots. A child is never of an earlier kind than its parent.</summary>
public enum LayerKind
{
    /// <summary>A booted microVM, nothing else.</summary>
    Boot = 1,

    /// <summary>A language runtime, started and warm, without user code.</summary>
    Runtime = 2,

    /// <summary>A function after its init.</summary>
    Function = 3,
}
