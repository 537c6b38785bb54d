using Thaw.Core;

namespace Thaw.Devices;

/// <summary>
/// Finds the device behind an address, for port I/O or MMIO. Filled and frozen before the first vCPU runs; after that
/// it takes no lock.
/// </summary>
public sealed class Bus
{
    private readonly string _name;
    private readonly byte _unclaimedFill;
    private readonly List<(BusRange Range, IBusDevice Device)> _added = [];
    private ulong[] _starts = [];
    private BusRange[] _ranges = [];
    private IBusDevice[] _devices = [];
    private bool _isFrozen;

    private Bus(string name, byte unclaimedFill)
    {
        _name = name;
        _unclaimedFill = unclaimedFill;
    }

    /// <summary>What reached nobody.</summary>
    public BusMetrics Metrics { get; } = new();

    /// <summary>The claimed ranges, ascending; empty before <see cref="Freeze"/>.</summary>
    public IReadOnlyList<BusRange> Ranges => _ranges;

    /// <summary>A bus for port I/O: an unclaimed port reads as all ones, as a floating ISA bus does.</summary>
    public static Bus ForPorts() => new("port", 0xff);

    /// <summary>A bus for MMIO: an unclaimed address reads as zero.</summary>
    public static Bus ForMmio() => new("MMIO", 0);

    /// <summary>Gives a range to a device.</summary>
    /// <exception cref="InvalidOperationException">The range is empty, wraps or overlaps, or the bus is
    /// frozen.</exception>
    public void Add(BusRange range, IBusDevice device)
    {
        ArgumentNullException.ThrowIfNull(device);
        if (_isFrozen)
        {
            throw new InvalidOperationException($"The {_name} bus is frozen; {range} came too late.");
        }
        if (range.LengthBytes == 0 || range.Last < range.Start)
        {
            throw new InvalidOperationException($"A {_name} range of {range.LengthBytes} bytes at {range.Start:x}.");
        }
        foreach ((BusRange other, IBusDevice owner) in _added)
        {
            if (range.Overlaps(other))
            {
                string owners = $"{device.GetType().Name} {range} and {owner.GetType().Name} {other}";
                throw new InvalidOperationException($"Overlap on the {_name} bus: {owners}.");
            }
        }
        _added.Add((range, device));
    }

    /// <summary>Ends the adding; from here on the bus may be used by any thread.</summary>
    public void Freeze()
    {
        Invariant.That(!_isFrozen);
        _added.Sort((left, right) => left.Range.Start.CompareTo(right.Range.Start));
        _starts = [.. _added.Select(entry => entry.Range.Start)];
        _ranges = [.. _added.Select(entry => entry.Range)];
        _devices = [.. _added.Select(entry => entry.Device)];
        _isFrozen = true;
    }

    /// <summary>Reads; what no device claims is filled with the bus's idle value and counted.</summary>
    public void Read(ulong address, Span<byte> data)
    {
        if (TryFind(address, data.Length, out int index))
        {
            data.Clear();
            _devices[index].Read(address - _starts[index], data);
            return;
        }
        data.Fill(_unclaimedFill);
        Metrics.UnclaimedReads.Increment();
    }

    /// <summary>Writes; what no device claims is dropped and counted.</summary>
    public void Write(ulong address, ReadOnlySpan<byte> data)
    {
        if (TryFind(address, data.Length, out int index))
        {
            _devices[index].Write(address - _starts[index], data);
            return;
        }
        Metrics.UnclaimedWrites.Increment();
    }

    private bool TryFind(ulong address, int lengthBytes, out int index)
    {
        index = Array.BinarySearch(_starts, address);
        if (index < 0)
        {
            index = ~index - 1;
        }
        // An access that leaves the range belongs to nobody, rather than in part to one device.
        return index >= 0 && lengthBytes > 0 && address <= _ranges[index].Last
            && (ulong)(lengthBytes - 1) <= _ranges[index].Last - address;
    }
}
