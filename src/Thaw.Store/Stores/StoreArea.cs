namespace Thaw.Store;

/// <summary>What kind of object a name is for. Each has its own folder or prefix in a store.</summary>
public enum StoreArea
{
    /// <summary>Sealed chunks; never changed.</summary>
    Chunk,

    /// <summary>Layer manifests, by layer id.</summary>
    Layer,

    /// <summary>What must live: one small record for each layer that somebody wants to keep.</summary>
    Root,

    /// <summary>Sealed working sets, by layer id; replaced when they are learnt anew.</summary>
    WorkingSet,

    /// <summary>Publications under way.</summary>
    Publication,

    /// <summary>Sweeps of the garbage collector under way.</summary>
    Sweep,

    /// <summary>Sealed pages of working sets, by layer id: copies of what chunks have.</summary>
    WorkingSetPages,
}
