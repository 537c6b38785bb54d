namespace Thaw.Pager.Clones;

/// <summary>What one clone's memory cost; several threads count.</summary>
internal sealed class CloneCounters
{
    internal long Faults;
    internal long ZeroFaults;
    internal long FaultsInMemory;
    internal long FaultsWaited;
    internal long WaitedUs;
    internal long ChunksLoaded;
    internal long BytesMoved;
    internal long BytesFromOrigin;
}
