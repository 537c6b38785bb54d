namespace Thaw.Pager.Tests.Layers;

/// <summary>What somebody with access to a store does to its chunks.</summary>
public enum Tampering
{
    /// <summary>Changes a bit.</summary>
    Flip,

    /// <summary>Leaves the first half.</summary>
    Truncate,

    /// <summary>Appends a byte.</summary>
    Append,

    /// <summary>Puts another object of the same layer under the name.</summary>
    Swap,

    /// <summary>Puts what an earlier version of the function had there under the name.</summary>
    Replay,

    /// <summary>Puts another customer's chunk under the name.</summary>
    AnotherCustomers,

    /// <summary>Removes it.</summary>
    Remove,
}
