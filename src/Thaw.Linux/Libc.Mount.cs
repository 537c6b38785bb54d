using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>sys/mount.h, sys/reboot.h, sys/inotify.h, net/if.h and what else an init process needs.</summary>
internal static partial class Libc
{
    internal const int MNT_DETACH = 2;
    internal const int RB_AUTOBOOT = 0x01234567;
    internal const int RB_POWER_OFF = 0x4321fedc;
    internal const uint IN_CREATE = 0x100;
    internal const int IN_NONBLOCK = 0x800;
    internal const int IN_CLOEXEC = 0x80000;
    internal const int AF_INET = 2;
    internal const uint SIOCGIFFLAGS = 0x8913;
    internal const uint SIOCSIFFLAGS = 0x8914;
    internal const short IFF_UP = 1;
    internal const int SYS_finit_module = 313;

    /// <summary>struct ifreq, as far as SIOC?IFFLAGS use it.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 40)]
    internal struct ifreq
    {
        [FieldOffset(0)]
        public ulong name;

        [FieldOffset(16)]
        public short flags;
    }

    [LibraryImport(Library, EntryPoint = "mount", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Mount(string source, string target, string? type, nuint flags, string? data);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unmount(string target, int flags);

    [LibraryImport(Library, EntryPoint = "sync")]
    internal static partial void SyncAll();

    [LibraryImport(Library, EntryPoint = "reboot", SetLastError = true)]
    internal static partial int Reboot(int command);

    [LibraryImport(Library, EntryPoint = "sethostname", SetLastError = true)]
    internal static unsafe partial int SetHostName(byte* name, nuint length);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static unsafe partial nint SystemCall(nint number, nint fd, byte* parameters, nint flags);

    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    internal static partial int InotifyCreate(int flags);

    [LibraryImport(
        Library, EntryPoint = "inotify_add_watch", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int InotifyAdd(int fd, string path, uint mask);
}
