using Thaw.Core;
using Thaw.Pager.WorkingSets;
using Thaw.Protocol;
using Thaw.Store;

namespace Thaw.Pager.Views;

/// <summary>Memory that was opened, under the name that the control connection uses.</summary>
internal sealed class OpenImage(
    string id, string key, MemoryView view, WorkingSet workingSet, IWorkingSetStore store, string? snapshot)
{
    private int _starts;

    /// <summary>Its name.</summary>
    internal string Id => id;

    /// <summary>What it was opened from; opening that again gives the same.</summary>
    internal string Key => key;

    /// <summary>The memory.</summary>
    internal MemoryView View => view;

    /// <summary>What clones of it touch.</summary>
    internal WorkingSet WorkingSet => workingSet;

    /// <summary>What monitors shall map ahead.</summary>
    internal PopulatePlan Populate { get; } = new(view, workingSet);

    /// <summary>Where the working set is kept.</summary>
    internal IWorkingSetStore Store => store;

    /// <summary>Copies of the working set's pages, to be read in a few pieces; null when there are none.</summary>
    internal WorkingSetPages? Pages { get; init; }

    /// <summary>Whether copies of the working set's pages are kept; the service's lock guards it.</summary>
    internal bool HasPages { get; set; }

    /// <summary>The only snapshot that may be restored over it; any when null.</summary>
    internal string? Snapshot => snapshot;

    /// <summary>How often it was opened and not closed; the service's lock guards it.</summary>
    internal int OpenCount { get; set; }

    /// <summary>The keeping of what was learnt that was begun last; the service's lock guards it.</summary>
    internal Task Keeping { get; set; } = Task.CompletedTask;

    internal void CountStart(int change) => Interlocked.Add(ref _starts, change);

    /// <summary>Its figures.</summary>
    internal PagerImageStats ReadStats() => new()
    {
        Image = id,
        GuestBytes = (long)view.Source.PageCount * PageSize.Bytes,
        ZeroBytes = view.ZeroPages * PageSize.Bytes,
        Layers = view.Source.Layers.Count,
        Segments = view.Plan.Segments.Count,
        ResidentBytes = view.ResidentBytes,
        WorkingSetPages = workingSet.Count,
        Recordings = workingSet.Recordings,
        Starts = Volatile.Read(ref _starts),
    };
}
