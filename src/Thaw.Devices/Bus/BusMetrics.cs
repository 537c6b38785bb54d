namespace Thaw.Devices;

/// <summary>What reached nobody on a <see cref="Bus"/>.</summary>
public sealed class BusMetrics
{
    /// <summary>Reads of addresses that no device claims.</summary>
    public Counter UnclaimedReads { get; } = new();

    /// <summary>Writes to addresses that no device claims.</summary>
    public Counter UnclaimedWrites { get; } = new();
}
