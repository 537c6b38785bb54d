namespace Thaw.Store.Tests;

/// <summary>What a <see cref="FaultInjectingChunkStore"/> does with a request instead of passing it on.</summary>
public enum Fault
{
    /// <summary>Nothing: passes it on.</summary>
    None,

    /// <summary>Fails in a way that may pass.</summary>
    Unavailable,

    /// <summary>Has no room (puts only).</summary>
    OutOfSpace,

    /// <summary>Says that there is nothing (reads only).</summary>
    Missing,

    /// <summary>Gives the right length with one bit changed (reads only).</summary>
    Corrupt,

    /// <summary>Gives the beginning only, as if that were all (reads only).</summary>
    Truncated,

    /// <summary>Never answers.</summary>
    Hang,
}
