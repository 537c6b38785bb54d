using Thaw.Memory;
using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>Gives a clone its RAM when that is not in memory files: a page-fault handler stands behind it.</summary>
public interface IGuestMemoryProvider
{
    /// <summary>Maps guest memory; its pages may come later, when they are touched.</summary>
    /// <param name="snapshot">The snapshot that is restored.</param>
    /// <param name="ranges">RAM as the snapshot has it, checked, ascending.</param>
    /// <returns>A region for each range, which the caller owns.</returns>
    /// <exception cref="IOException">There is no such memory.</exception>
    IReadOnlyList<GuestRegion> Provide(SnapshotId snapshot, IReadOnlyList<MemoryRange> ranges);

    /// <summary>
    /// What of the memory given is there, and will be touched: it is mapped before the guest runs. Empty where that is
    /// not known.
    /// </summary>
    IReadOnlyList<PopulatedMemory> Populated => [];
}
