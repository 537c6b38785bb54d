using Thaw.Pager.Sources;
using Thaw.Pager.Views;

namespace Thaw.Pager.Fetching;

/// <summary>
/// One chunk on its way, for all who want it. Fields are guarded by the fetcher's lock until it has landed.
/// </summary>
internal sealed class ChunkFlight
{
    private readonly TaskCompletionSource<ChunkLoad> _landed =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Memory that the chunk's pages go into, held; each with its own number of the chunk.</summary>
    internal OrderedDictionary<MemoryView, ChunkRef> Targets { get; } = [];

    /// <summary>How many of the targets, from the first on, have the pages.</summary>
    internal int InstalledCount { get; set; }

    /// <summary>Done when the pages are in all targets.</summary>
    internal Task<ChunkLoad> Landed => _landed.Task;

    internal void Land(ChunkLoad load) => _landed.SetResult(load);

    internal void Fail(Exception failure)
    {
        _landed.SetException(failure);
        // Everybody who waited for a prefetch may be gone.
        _ = _landed.Task.Exception;
    }
}
