using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>linux/userfaultfd.h and what goes with it: file seals, passing descriptors, leaving at once.</summary>
internal static partial class Libc
{
    internal const int F_ADD_SEALS = 1033;
    internal const int F_SEAL_SEAL = 0x01;
    internal const int F_SEAL_SHRINK = 0x02;
    internal const int F_SEAL_GROW = 0x04;
    internal const int F_SEAL_FUTURE_WRITE = 0x10;
    internal const int SCM_RIGHTS = 1;
    internal const int SO_PEERCRED = 17;
    internal const int MSG_CMSG_CLOEXEC = 0x40000000;

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    internal static partial int SystemCall(nint number, nint argument);

    [LibraryImport(Library, EntryPoint = "sendmsg", SetLastError = true)]
    internal static unsafe partial nint SendMessage(int fd, msghdr* message, int flags);

    [LibraryImport(Library, EntryPoint = "recvmsg", SetLastError = true)]
    internal static unsafe partial nint ReceiveMessage(int fd, msghdr* message, int flags);

    [LibraryImport(Library, EntryPoint = "getsockopt", SetLastError = true)]
    internal static unsafe partial int GetSocketOption(int fd, int level, int name, void* value, uint* length);

    [LibraryImport(Library, EntryPoint = "_exit")]
    internal static partial void ExitNow(int status);

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct iovec
    {
        public void* start;
        public nuint length;
    }

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct msghdr
    {
        public void* name;
        public uint nameLength;
        public iovec* parts;
        public nuint partCount;
        public void* control;
        public nuint controlLength;
        public int flags;
    }

    /// <summary>struct cmsghdr; the data follows it, aligned to 8 bytes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct cmsghdr
    {
        public nuint length;
        public int level;
        public int type;
    }

    /// <summary>struct ucred.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ucred
    {
        public int pid;
        public uint uid;
        public uint gid;
    }
}
