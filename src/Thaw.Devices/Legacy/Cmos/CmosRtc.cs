using Thaw.Snapshot;

namespace Thaw.Devices.Legacy;

/// <summary>The PC's real-time clock (MC146818): tells the host's wall clock in UTC and cannot be set.</summary>
/// <remarks>
/// An update is never in progress, so that a guest that waits for one to end does not poll. The index is a single byte
/// that several vCPUs overwrite as on hardware; no lock.
/// </remarks>
public sealed class CmosRtc : IBusDevice, ISnapshotable<CmosRtc, CmosState, TimeProvider>
{
    /// <summary>First port.</summary>
    public const ulong BasePort = 0x70;

    /// <summary>Number of ports.</summary>
    public const ulong PortCount = 2;

    private const byte IndexBits = 0x7f; // The top bit masks the NMI.
    private const byte DividerRunning = 0x26; // Register A: 32768 Hz, no update in progress
    private const byte Hours24 = 0x02; // Register B: 24 hours, BCD
    private const byte ValidTime = 0x80; // Register D

    private readonly TimeProvider _time;
    private volatile byte _index;

    /// <summary>Creates one.</summary>
    /// <param name="time">The wall clock.</param>
    public CmosRtc(TimeProvider time) => _time = time;

    /// <inheritdoc/>
    public void Read(ulong offset, Span<byte> data)
    {
        if (data.Length == 1)
        {
            data[0] = offset == 0 ? _index : ReadRegister(_index);
        }
    }

    /// <inheritdoc/>
    public void Write(ulong offset, ReadOnlySpan<byte> data)
    {
        if (offset == 0 && data.Length == 1)
        {
            _index = (byte)(data[0] & IndexBits);
        }
    }

    /// <summary>The state to save.</summary>
    public CmosState SaveState() => new() { Index = _index };

    /// <summary>A clock in a saved state.</summary>
    public static CmosRtc Restore(in CmosState state, TimeProvider args) =>
        new(args) { _index = (byte)(state.Index & IndexBits) };

    private byte ReadRegister(byte register)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        return register switch
        {
            0x00 => Bcd(now.Second),
            0x02 => Bcd(now.Minute),
            0x04 => Bcd(now.Hour),
            0x06 => Bcd((int)now.DayOfWeek + 1),
            0x07 => Bcd(now.Day),
            0x08 => Bcd(now.Month),
            0x09 => Bcd(now.Year % 100),
            0x0a => DividerRunning,
            0x0b => Hours24,
            0x0d => ValidTime,
            0x32 => Bcd(now.Year / 100),
            _ => 0,
        };
    }

    private static byte Bcd(int value) => (byte)((value / 10 << 4) | (value % 10));
}
