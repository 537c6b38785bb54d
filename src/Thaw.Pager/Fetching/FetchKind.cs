namespace Thaw.Pager.Fetching;

/// <summary>Why a chunk is wanted.</summary>
internal enum FetchKind
{
    /// <summary>A clone waits for it.</summary>
    Fault,

    /// <summary>A clone will probably want it.</summary>
    Prefetch,
}
