namespace Thaw.Pager.Clones;

/// <summary>What one clone's memory cost; several threads count.</summary>
internal sealed class CloneCounters
{
    internal long Faults;
    internal long ZeroFaults;
    internal long FaultsInMemory;
    internal long FaultsWaited;

    /// <summary>Of those that waited, the ones on pages that are not in the working set.</summary>
    internal long FaultsUnforeseen;
    internal long WaitedUs;
    internal long ChunksLoaded;
    internal long BytesMoved;
    internal long BytesFromOrigin;
}
