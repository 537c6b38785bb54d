namespace Thaw.Devices;

/// <summary>A range of addresses of a <see cref="Bus"/>.</summary>
/// <param name="Start">First address.</param>
/// <param name="LengthBytes">How many addresses.</param>
public readonly record struct BusRange(ulong Start, ulong LengthBytes)
{
    /// <summary>Last address; inclusive, so that a range may end at the top of the address space.</summary>
    public ulong Last => Start + (LengthBytes - 1);

    /// <summary>Whether the two have an address in common.</summary>
    public bool Overlaps(BusRange other) => Start <= other.Last && other.Start <= Last;

    /// <inheritdoc/>
    public override string ToString() => $"[0x{Start:x}, 0x{Last:x}]";
}
