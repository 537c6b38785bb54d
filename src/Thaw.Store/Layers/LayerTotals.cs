namespace Thaw.Store;

/// <summary>What a layer weighs.</summary>
/// <param name="OwnPages">Pages of its spaces that its data has.</param>
/// <param name="ZeroPages">Pages recorded as zero: stored nowhere.</param>
/// <param name="BytesStored">Sealed bytes that it added to the store.</param>
/// <param name="BytesShared">Sealed bytes that it names and that were there before.</param>
public readonly record struct LayerTotals(long OwnPages, long ZeroPages, long BytesStored, long BytesShared);
