namespace Thaw.Devices;

/// <summary>Something that answers port I/O or MMIO in a range of a <see cref="Bus"/>.</summary>
/// <remarks>
/// Called on vCPU threads, several at once: the device locks what it needs. Neither method throws or blocks
/// for long, whatever the guest does.
/// </remarks>
public interface IBusDevice
{
    /// <summary>Fills <paramref name="data"/>, which arrives zeroed; an unknown offset leaves it.</summary>
    /// <param name="offset">Bytes from the start of the device's range.</param>
    /// <param name="data">1 to 8 bytes, wholly inside the range.</param>
    void Read(ulong offset, Span<byte> data);

    /// <summary>Takes <paramref name="data"/>; an unknown offset is ignored.</summary>
    /// <param name="offset">Bytes from the start of the device's range.</param>
    /// <param name="data">1 to 8 bytes, wholly inside the range.</param>
    void Write(ulong offset, ReadOnlySpan<byte> data);
}
