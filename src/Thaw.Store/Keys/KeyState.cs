namespace Thaw.Store;

/// <summary>What a master key is good for.</summary>
public enum KeyState
{
    /// <summary>Wraps new data keys and unwraps.</summary>
    Active,

    /// <summary>Unwraps only: a newer key took its place.</summary>
    Retired,

    /// <summary>Is gone: what it wrapped is lost.</summary>
    Destroyed,
}
