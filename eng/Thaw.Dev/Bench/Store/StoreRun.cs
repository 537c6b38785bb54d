namespace Thaw.Dev.Bench.Store;

/// <summary>One run of one tool.</summary>
/// <param name="Seal">What storing took.</param>
/// <param name="Open">What reading back took.</param>
/// <param name="SealStart">Of this, what the tool takes before it has stored anything.</param>
/// <param name="OpenStart">Of this, what the tool takes before it has read anything back.</param>
/// <param name="BytesStored">All that is in the store afterwards.</param>
/// <param name="Restored">The file that was read back.</param>
internal sealed record StoreRun(
    Cost Seal, Cost Open, Cost SealStart, Cost OpenStart, long BytesStored, string Restored);
