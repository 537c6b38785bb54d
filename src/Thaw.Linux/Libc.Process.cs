using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>spawn.h, sched.h, sys/wait.h, signal.h, sys/resource.h, poll.h, time.h.</summary>
internal static partial class Libc
{
    internal const int PR_SET_NO_NEW_PRIVS = 38;
    internal const int RLIMIT_CORE = 4;
    internal const int RLIMIT_NPROC = 6;
    internal const int RLIMIT_NOFILE = 7;
    internal const int SIG_SETMASK = 2;
    internal const int SIGKILL = 9;
    internal const int SIGPIPE = 13;
    internal const int NSIG = 65;
    internal const int F_SETFD = 2;
    internal const int F_SETFL = 4;
    internal const int FD_CLOEXEC = 1;
    internal const int CLOSE_RANGE_CLOEXEC = 4;
    internal const int WNOHANG = 1;
    internal const int CLOCK_REALTIME = 0;
    internal const int CLOCK_BOOTTIME = 7;

    /// <summary>sizeof(posix_spawn_file_actions_t) is 80 in glibc for x86-64 and aarch64; more does no harm.</summary>
    internal const int SpawnFileActionsBytes = 256;

    /// <summary>sizeof(sigset_t) in glibc.</summary>
    internal const int SignalSetBytes = 128;

    [StructLayout(LayoutKind.Sequential)]
    internal struct timespec
    {
        public long sec;
        public long nsec;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct rlimit
    {
        public ulong soft;
        public ulong hard;
    }

    [StructLayout(LayoutKind.Sequential)]
    internal struct pollfd
    {
        public int fd;
        public short events;
        public short revents;
    }

    [LibraryImport(Library, EntryPoint = "posix_spawn")]
    internal static unsafe partial int Spawn(
        int* pid, byte* path, byte* fileActions, byte* attributes, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_init")]
    internal static unsafe partial int SpawnActionsInit(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_destroy")]
    internal static unsafe partial int SpawnActionsDestroy(byte* actions);

    [LibraryImport(Library, EntryPoint = "posix_spawn_file_actions_adddup2")]
    internal static unsafe partial int SpawnActionsAddDuplicate(byte* actions, int fd, int newFd);

    [LibraryImport(
        Library, EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    internal static unsafe partial int SpawnActionsAddOpen(byte* actions, int fd, string path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "execve", SetLastError = true)]
    internal static unsafe partial int Execute(byte* path, byte** arguments, byte** environment);

    [LibraryImport(Library, EntryPoint = "waitpid", SetLastError = true)]
    internal static unsafe partial int WaitPid(int pid, int* status, int options);

    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    internal static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "signal", SetLastError = true)]
    internal static partial nint Signal(int number, nint handler);

    [LibraryImport(Library, EntryPoint = "sigprocmask", SetLastError = true)]
    internal static unsafe partial int SignalMask(int how, byte* set, byte* old);

    [LibraryImport(Library, EntryPoint = "unshare", SetLastError = true)]
    internal static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "chroot", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeRoot(string path);

    [LibraryImport(Library, EntryPoint = "chdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ChangeDirectory(string path);

    [LibraryImport(Library, EntryPoint = "setgroups", SetLastError = true)]
    internal static unsafe partial int SetGroups(nuint count, uint* groups);

    [LibraryImport(Library, EntryPoint = "setresgid", SetLastError = true)]
    internal static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport(Library, EntryPoint = "setresuid", SetLastError = true)]
    internal static partial int SetUserIds(uint real, uint effective, uint saved);

    [LibraryImport(Library, EntryPoint = "setsid", SetLastError = true)]
    internal static partial int SetSession();

    [LibraryImport(Library, EntryPoint = "umask")]
    internal static partial uint SetUmask(uint mask);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    internal static unsafe partial int SetResourceLimit(int resource, rlimit* limit);

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    internal static unsafe partial int Poll(pollfd* items, nuint count, int timeoutMs);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    internal static unsafe partial int Pipe(int* fds, int flags);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    internal static partial int FdControl(int fd, int command, nint argument);

    [LibraryImport(Library, EntryPoint = "close_range", SetLastError = true)]
    internal static partial int CloseRange(uint first, uint last, int flags);

    [LibraryImport(Library, EntryPoint = "clock_gettime", SetLastError = true)]
    internal static unsafe partial int ClockGet(int clock, timespec* value);

    [LibraryImport(Library, EntryPoint = "clock_settime", SetLastError = true)]
    internal static unsafe partial int ClockSet(int clock, timespec* value);
}
