namespace Thaw.Linux;

/// <summary>
/// What a process does to itself before it becomes another program. Each step throws, so that none is passed over.
/// </summary>
public static class OwnProcess
{
    /// <summary>Descriptor 2, whether or not it is open; not to be disposed.</summary>
    public static SafeFd StandardError { get; } = new(2);

    /// <summary>Leaves the given namespaces for new ones.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Unshare(Namespaces namespaces) => Check(Libc.Unshare((int)namespaces), $"unshare {namespaces}");

    /// <summary>Makes a directory the root and changes into it.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void ChangeRoot(string path)
    {
        Check(Libc.ChangeRoot(path), $"chroot {path}");
        ChangeDirectory("/");
    }

    /// <summary>Changes the working directory.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void ChangeDirectory(string path) => Check(Libc.ChangeDirectory(path), $"chdir {path}");

    /// <summary>Becomes an ordinary user without other groups, for good.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void BecomeUser(uint userId, uint groupId)
    {
        // SAFETY: no groups, so no list.
        unsafe
        {
            Check(Libc.SetGroups(0, null), "setgroups");
        }
        Check(Libc.SetGroupIds(groupId, groupId, groupId), $"setresgid {groupId}");
        Check(Libc.SetUserIds(userId, userId, userId), $"setresuid {userId}");
    }

    /// <summary>Rules out that a later program gains privileges (PR_SET_NO_NEW_PRIVS).</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void RefuseNewPrivileges() =>
        Check(Libc.Prctl(Libc.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");

    /// <summary>Starts a new session and process group.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void StartSession() => Check(Libc.SetSession(), "setsid");

    /// <summary>Sets the mask of permissions that new files do not get.</summary>
    public static void SetUmask(uint mask) => _ = Libc.SetUmask(mask);

    /// <summary>Bounds open files and processes, and forbids core files.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Limit(ulong openFiles, ulong processes)
    {
        SetLimit(Libc.RLIMIT_NOFILE, openFiles);
        SetLimit(Libc.RLIMIT_NPROC, processes);
        SetLimit(Libc.RLIMIT_CORE, 0);
    }

    /// <summary>Undoes what the .NET runtime did to signals: dispositions and mask survive an exec.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void ResetSignals()
    {
        for (int number = 1; number < Libc.NSIG; number++)
        {
            _ = Libc.Signal(number, 0 /* SIG_DFL; fails for SIGKILL, SIGSTOP and libc's own, which need none */);
        }
        Span<byte> none = stackalloc byte[Libc.SignalSetBytes];
        none.Clear();
        // SAFETY: a local set of the full size, read during the call only.
        unsafe
        {
            fixed (byte* pointer = none)
            {
                Check(Libc.SignalMask(Libc.SIG_SETMASK, pointer, null), "sigprocmask");
            }
        }
    }

    /// <summary>Becomes another program; returns only to throw.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Execute(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        using NativeStrings argv = new(arguments);
        using NativeStrings envp = new(environment);
        byte[] pathBytes = NativeStrings.Terminated(path);
        int result;
        // SAFETY: path is pinned; both lists are null-terminated and live until the end of the method.
        unsafe
        {
            fixed (byte* pointer = pathBytes)
            {
                result = Libc.Execute(pointer, (byte**)argv.Pointers, (byte**)envp.Pointers);
            }
        }
        Check(result, $"execve {path}");
    }

    /// <summary>Wraps a descriptor that the parent left open, and makes it close-on-exec.</summary>
    /// <exception cref="LinuxException">It is not open.</exception>
    public static SafeFd Inherited(int fd)
    {
        Check(Libc.FdControl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC), $"fcntl {fd}");
        return new SafeFd(fd);
    }

    /// <summary>Leaves descriptors from <paramref name="first"/> on to be closed by <see cref="Execute"/>.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void CloseOnExecute(int first) =>
        Check(Libc.CloseRange((uint)first, uint.MaxValue, Libc.CLOSE_RANGE_CLOEXEC), "close_range");

    private static void SetLimit(int resource, ulong value)
    {
        Libc.rlimit limit = new() { soft = value, hard = value };
        // SAFETY: a local struct, read during the call only.
        unsafe
        {
            Check(Libc.SetResourceLimit(resource, &limit), $"setrlimit {resource}={value}");
        }
    }

    private static void Check(int result, string operation)
    {
        if (result < 0)
        {
            throw new LinuxException(Libc.LastErrno, operation);
        }
    }
}
