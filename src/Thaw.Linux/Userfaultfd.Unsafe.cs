using Thaw.Core;
using Thaw.Linux.Uapi;

namespace Thaw.Linux;

/// <summary>
/// A userfaultfd(2): tells of missing pages in registered ranges, and resolves them. The ranges are of the process that
/// made it, also where another process holds the descriptor.
/// </summary>
/// <remarks>Safe for several threads. Needs root, CAP_SYS_PTRACE or access to /dev/userfaultfd.</remarks>
public sealed class Userfaultfd : SafeFd
{
    private const string LinkText = "anon_inode:[userfaultfd]";
    private const int EventCountMax = 32;

    private Userfaultfd(int fd)
        : base(fd)
    {
    }

    /// <summary>Creates a non-blocking one for this process, with events for kernel accesses (KVM's) too.</summary>
    /// <exception cref="LinuxException">Not permitted, or the kernel lacks a feature.</exception>
    public static Userfaultfd Create(UserfaultFeatures features = UserfaultFeatures.None)
    {
        int fd = OpenNew();
        if (fd < 0)
        {
            throw new LinuxException(Libc.LastErrno, "userfaultfd");
        }
        Userfaultfd created = new(fd);
        uffdio_api api = new()
        {
            api = UserfaultfdH.UFFD_API,
            features = features.HasFlag(UserfaultFeatures.Remove) ? UserfaultfdH.UFFD_FEATURE_EVENT_REMOVE : 0,
        };
        Errno errno;
        // SAFETY: a local struct, read and written during the call only.
        unsafe
        {
            errno = created.Control(UserfaultfdH.UFFDIO_API, &api);
        }
        if (errno == Errno.OK)
        {
            return created;
        }
        created.Dispose();
        throw new LinuxException(errno, "UFFDIO_API");
    }

    /// <summary>Takes over a descriptor that another process sent.</summary>
    /// <exception cref="LinuxException">It is no userfaultfd.</exception>
    public static Userfaultfd Adopt(SafeFd received)
    {
        string? target = new FileInfo($"/proc/self/fd/{received.Number}").LinkTarget;
        if (target != LinkText)
        {
            throw new LinuxException(Errno.EINVAL, $"taking {target ?? "nothing"} for a userfaultfd");
        }
        Userfaultfd adopted = new(received.Number);
        received.SetHandleAsInvalid();
        return adopted;
    }

    /// <summary>Where a mapping lies in this process: the number that goes with the descriptor to a handler.</summary>
    public static ulong AddressOf(SafeMappingHandle mapping) => (ulong)mapping.Address;

    /// <summary>Asks to be told of missing pages in a part of a mapping.</summary>
    /// <param name="mapping">The mapping.</param>
    /// <param name="at">Where the part begins.</param>
    /// <param name="lengthBytes">Its length.</param>
    /// <param name="singlePages">
    /// Whether an access may map no neighbours of its page, where the kernel has a way: a range that could be protected
    /// against writes is exempt from mapping pages around a fault (uffd_disable_fault_around).
    /// </param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Register(SafeMappingHandle mapping, ulong at, ulong lengthBytes, bool singlePages = false)
    {
        const uint Missing = UserfaultfdH.UFFDIO_REGISTER_MODE_MISSING;
        ulong start = CheckedAddress(mapping, at, lengthBytes);
        Errno errno = singlePages
            ? TryRegister(start, lengthBytes, Missing | UserfaultfdH.UFFDIO_REGISTER_MODE_WP)
            : Errno.EINVAL;
        if (errno != Errno.OK)
        {
            errno = TryRegister(start, lengthBytes, Missing);
        }
        ThrowIfFailed(errno, "UFFDIO_REGISTER");
    }

    /// <summary>Ends the watch over a part of a mapping; who waits there goes on with what the kernel has.</summary>
    public Errno TryUnregister(SafeMappingHandle mapping, ulong at, ulong lengthBytes)
    {
        uffdio_range range = new() { start = CheckedAddress(mapping, at, lengthBytes), len = lengthBytes };
        // SAFETY: a local struct; the range lies in a live mapping.
        unsafe
        {
            return Control(UserfaultfdH.UFFDIO_UNREGISTER, &range);
        }
    }

    /// <summary>Takes waiting events; EAGAIN when there are none.</summary>
    public Errno TryReadEvents(Span<UserfaultEvent> events, out int count)
    {
        Span<uffd_msg> messages = stackalloc uffd_msg[EventCountMax];
        int wanted = Math.Min(events.Length, EventCountMax);
        nint got;
        // SAFETY: the buffer is a local of at least the length given.
        unsafe
        {
            fixed (uffd_msg* pointer = messages)
            {
                got = Libc.Read(Number, (byte*)pointer, (nuint)(wanted * sizeof(uffd_msg)));
            }
            count = got < 0 ? 0 : (int)got / sizeof(uffd_msg);
        }
        if (got < 0)
        {
            return Libc.LastErrno;
        }
        for (int i = 0; i < count; i++)
        {
            events[i] = Translate(messages[i]);
        }
        return Errno.OK;
    }

    /// <summary>
    /// Puts pages where none are, all of a page at once, and wakes who waits there. A page that is there stays: EEXIST.
    /// </summary>
    /// <param name="destination">Address in the registered process, page-aligned.</param>
    /// <param name="source">Whole pages.</param>
    /// <param name="copied">How many bytes, also when it failed midway.</param>
    public Errno TryCopy(ulong destination, ReadOnlySpan<byte> source, out long copied)
    {
        // SAFETY: the source is pinned for the call and its length bounds the kernel's read.
        unsafe
        {
            fixed (byte* pointer = source)
            {
                return TryCopy(destination, (ulong)pointer, (ulong)source.Length, out copied);
            }
        }
    }

    /// <summary>As the other TryCopy, from a part of a mapping of this process, all of whose pages are there.</summary>
    public Errno TryCopy(ulong destination, SafeMappingHandle source, ulong at, ulong lengthBytes, out long copied) =>
        TryCopy(destination, CheckedAddress(source, at, lengthBytes), lengthBytes, out copied);

    /// <summary>Puts pages into a mapping of this process that is registered here.</summary>
    public Errno TryCopy(SafeMappingHandle destination, ulong at, ReadOnlySpan<byte> source, out long copied) =>
        TryCopy(CheckedAddress(destination, at, (ulong)source.Length), source, out copied);

    /// <summary>Puts zero pages where none are, without taking memory, and wakes who waits there.</summary>
    public Errno TryZero(ulong destination, ulong lengthBytes, out long zeroed)
    {
        uffdio_zeropage request = new() { range_start = destination, range_len = lengthBytes };
        Errno errno;
        // SAFETY: a local struct; the kernel checks the address against the registered ranges.
        unsafe
        {
            errno = Control(UserfaultfdH.UFFDIO_ZEROPAGE, &request);
        }
        zeroed = Math.Max(0, request.zeropage);
        return errno;
    }

    /// <summary>Wakes who waits for pages of a range: they look again.</summary>
    public Errno TryWake(ulong start, ulong lengthBytes)
    {
        uffdio_range range = new() { start = start, len = lengthBytes };
        // SAFETY: a local struct; the kernel only compares addresses.
        unsafe
        {
            return Control(UserfaultfdH.UFFDIO_WAKE, &range);
        }
    }

    private static int OpenNew()
    {
        const int Flags = Libc.O_CLOEXEC | Libc.O_NONBLOCK;
        int fd = Libc.SystemCall((nint)UserfaultfdH.SYS_userfaultfd, Flags);
        if (fd >= 0 || Libc.LastErrno != Errno.EPERM)
        {
            return fd;
        }
        int device = Libc.Open("/dev/userfaultfd", Libc.O_RDWR | Libc.O_CLOEXEC, 0);
        if (device < 0)
        {
            return device;
        }
        using SafeFd owner = new(device);
        return Libc.Ioctl(device, UserfaultfdH.USERFAULTFD_IOC_NEW, (nuint)Flags);
    }

    private static UserfaultEvent Translate(in uffd_msg message) => (uint)message.@event switch
    {
        UserfaultfdH.UFFD_EVENT_PAGEFAULT => new UserfaultEvent(
            UserfaultKind.Fault,
            message.arg_pagefault_address,
            message.arg_pagefault_address,
            (message.arg_pagefault_flags & UserfaultfdH.UFFD_PAGEFAULT_FLAG_WRITE) != 0),
        UserfaultfdH.UFFD_EVENT_REMOVE =>
            new UserfaultEvent(UserfaultKind.Remove, message.arg_remove_start, message.arg_remove_end, false),
        UserfaultfdH.UFFD_EVENT_UNMAP =>
            new UserfaultEvent(UserfaultKind.Unmap, message.arg_remove_start, message.arg_remove_end, false),
        _ => default,
    };

    private static ulong CheckedAddress(SafeMappingHandle mapping, ulong at, ulong lengthBytes)
    {
        Invariant.That(at <= mapping.LengthBytes && lengthBytes <= mapping.LengthBytes - at);
        return (ulong)mapping.Address + at;
    }

    private static void ThrowIfFailed(Errno errno, string operation)
    {
        if (errno != Errno.OK)
        {
            throw new LinuxException(errno, operation);
        }
    }

    private Errno TryRegister(ulong start, ulong lengthBytes, uint mode)
    {
        uffdio_register request = new() { range_start = start, range_len = lengthBytes, mode = mode };
        // SAFETY: a local struct; the caller checked that the range lies in a live mapping.
        unsafe
        {
            return Control(UserfaultfdH.UFFDIO_REGISTER, &request);
        }
    }

    private Errno TryCopy(ulong destination, ulong source, ulong lengthBytes, out long copied)
    {
        uffdio_copy request = new() { dst = destination, src = source, len = lengthBytes };
        Errno errno;
        // SAFETY: a local struct; callers proved the source readable, the kernel checks the destination.
        unsafe
        {
            errno = Control(UserfaultfdH.UFFDIO_COPY, &request);
        }
        copied = Math.Max(0, request.copy);
        return errno;
    }

    private unsafe Errno Control(uint request, void* argument) =>
        Libc.Ioctl(Number, request, argument) == 0 ? Errno.OK : Libc.LastErrno;
}
