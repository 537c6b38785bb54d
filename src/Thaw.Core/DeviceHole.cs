namespace Thaw.Core;

/// <summary>
/// Where a guest's physical addresses below 4 GiB are devices: RAM that does not fit under it goes on at 4 GiB.
/// </summary>
public static class DeviceHole
{
    /// <summary>The first address that is no RAM.</summary>
    public const ulong Start = 0xc000_0000;

    /// <summary>The address behind it: 4 GiB.</summary>
    public const ulong End = 1UL << 32;

    /// <summary>The physical address of a byte of RAM.</summary>
    /// <param name="offset">Where it is in RAM as a memory file has it, which has no hole.</param>
    public static long AddressOf(long offset) =>
        offset < (long)Start ? offset : offset + (long)(End - Start);
}
