namespace Thaw.Worker;

/// <summary>How the microVM of an invocation came to be.</summary>
public enum StartKind
{
    /// <summary>It was booted and ran the function's init code.</summary>
    Cold,

    /// <summary>It is a new clone of the version's snapshot.</summary>
    Restore,

    /// <summary>It had served an invocation before.</summary>
    Warm,
}
