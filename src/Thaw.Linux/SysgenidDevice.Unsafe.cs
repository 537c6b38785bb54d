using System.Buffers.Binary;

namespace Thaw.Linux;

/// <summary>The overseer's side of <c>/dev/sysgenid</c>; its calls are described in docs/sysgenid.md.</summary>
/// <remarks>Not for several threads at once.</remarks>
public sealed class SysgenidDevice : IDisposable
{
    /// <summary>The device's usual place.</summary>
    public const string DefaultPath = "/dev/sysgenid";

    // _IO(0xE4, 2), _IO(0xE4, 3), _IOR(0xE4, 0x42, six 64-bit words), and _IOR(0xE4, 0x43, one 64-bit word).
    private const nuint SYSGENID_WAIT_WATCHERS = 0xE402;
    private const nuint SYSGENID_TRIGGER_GEN_UPDATE = 0xE403;
    private const nuint SYSGENID_WIPE_ALL = 0x8030_E442;
    private const nuint SYSGENID_HOST_CLOCK = 0x8008_E443;

    private readonly SafeFd _file;

    private SysgenidDevice(SafeFd file) => _file = file;

    /// <summary>Opens the device. The descriptor is up to date and not tracked.</summary>
    /// <exception cref="LinuxException">It is not there: the module is not loaded.</exception>
    public static SysgenidDevice Open(string path = DefaultPath) => new(SafeFd.Open(path, FileOpen.ReadWrite));

    /// <summary>Moves the counter on, to <paramref name="least"/> at least: everybody is outdated then.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Update(uint least)
    {
        if (Libc.Ioctl(_file.Number, SYSGENID_TRIGGER_GEN_UPDATE, least) != 0)
        {
            throw new LinuxException(Libc.LastErrno, "SYSGENID_TRIGGER_GEN_UPDATE");
        }
    }

    /// <summary>Confirms an update on this descriptor, which is outdated like all, and returns the counter.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public uint Confirm()
    {
        Span<byte> word = stackalloc byte[sizeof(uint)];
        Require(_file.TryRead(word, out int read), read, "read");
        Require(_file.TryWrite(word, out int written), written, "write");
        return BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    /// <summary>
    /// Waits until all tracked watchers have confirmed; <see cref="Errno.ETIME"/> when the time ran out.
    /// </summary>
    /// <param name="timeoutMs">At least 1: the device takes 0 for no limit.</param>
    public Errno TryWaitForWatchers(int timeoutMs)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeoutMs, 1);
        return Libc.Ioctl(_file.Number, SYSGENID_WAIT_WATCHERS, (nuint)timeoutMs) == 0 ? Errno.OK : Libc.LastErrno;
    }

    /// <summary>Empties all memory that processes have marked; anything but OK means that some of it is left.</summary>
    public Errno TryWipe(out WipeReport report)
    {
        WipeReport filled = default;
        int result;
        // SAFETY: WipeReport is the six 64-bit words that the request's number names.
        unsafe
        {
            result = Libc.Ioctl(_file.Number, SYSGENID_WIPE_ALL, &filled);
        }
        report = filled;
        return result == 0 ? Errno.OK : Libc.LastErrno;
    }

    /// <summary>Reads the host's wall clock, as it is now.</summary>
    /// <param name="unixNs">Nanoseconds since 1970.</param>
    /// <returns>
    /// <see cref="Errno.EOPNOTSUPP"/> where there is no host that tells the time, <see cref="Errno.ENOTTY"/> where the
    /// module is another one.
    /// </returns>
    public Errno TryReadHostClock(out long unixNs)
    {
        long filled = 0;
        int result;
        // SAFETY: the 64-bit word that the request's number names.
        unsafe
        {
            result = Libc.Ioctl(_file.Number, SYSGENID_HOST_CLOCK, &filled);
        }
        unixNs = filled;
        return result == 0 ? Errno.OK : Libc.LastErrno;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static void Require(Errno errno, int count, string call)
    {
        if (errno != Errno.OK || count != sizeof(uint))
        {
            throw new LinuxException(errno, $"{call} /dev/sysgenid");
        }
    }
}
