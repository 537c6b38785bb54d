namespace Thaw.Store;

/// <summary>Why a layer or a chain of them was refused.</summary>
public enum LayerFault
{
    /// <summary>The store does not have its manifest.</summary>
    Missing,

    /// <summary>Its manifest is cut off or its checksum is wrong.</summary>
    Damaged,

    /// <summary>It is not a manifest, or of a version that this build does not read.</summary>
    Unsupported,

    /// <summary>A field has a value that no writer makes.</summary>
    Malformed,

    /// <summary>A count or length is over its bound in <see cref="StoreLimits"/>.</summary>
    LimitExceeded,

    /// <summary>The manifest is not what was sealed under its data key.</summary>
    NotAuthentic,

    /// <summary>It is another layer's manifest under this name.</summary>
    WrongLayer,

    /// <summary>A layer is its own ancestor.</summary>
    Loop,

    /// <summary>There are more layers to the root than <see cref="StoreLimits.ChainLengthMax"/>.</summary>
    TooLong,

    /// <summary>A layer may not have this parent: another account's, or a later kind.</summary>
    WrongParent,

    /// <summary>A page is in no layer of the chain.</summary>
    Incomplete,

    /// <summary>There is no such space in the layer.</summary>
    NoSuchSpace,
}
