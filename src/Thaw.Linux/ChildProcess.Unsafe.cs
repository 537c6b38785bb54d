namespace Thaw.Linux;

/// <summary>Starts and awaits child processes (posix_spawn(3), waitpid(2)).</summary>
public static class ChildProcess
{
    /// <summary>The pid of the calling process.</summary>
    public static int OwnPid => Libc.GetPid();

    /// <summary>
    /// Starts a program with /dev/null as its stdin, the given descriptors as 1, 2 and 3, and nothing else open that is
    /// close-on-exec.
    /// </summary>
    /// <returns>The pid.</returns>
    /// <exception cref="LinuxException">The program could not be started.</exception>
    public static int Spawn(SpawnOptions options)
    {
        using NativeStrings arguments = new(options.Arguments);
        using NativeStrings environment = new(options.Environment);
        byte[] path = NativeStrings.Terminated(options.Path);
        int pid = 0;
        int errno;
        // SAFETY: the actions buffer is larger than the C type and initialised before use; path is pinned, and both
        // string lists live until the end of the method; the descriptors are kept alive by options.
        unsafe
        {
            byte* actions = stackalloc byte[Libc.SpawnFileActionsBytes];
            errno = Libc.SpawnActionsInit(actions);
            fixed (byte* pathPointer = path)
            {
                errno = FirstError(errno, Libc.SpawnActionsAddOpen(actions, 0, "/dev/null", Libc.O_RDONLY, 0));
                errno = FirstError(errno, Libc.SpawnActionsAddDuplicate(actions, options.Output.Number, 1));
                errno = FirstError(errno, Libc.SpawnActionsAddDuplicate(actions, options.Error.Number, 2));
                if (options.Extra is not null)
                {
                    errno = FirstError(errno, Libc.SpawnActionsAddDuplicate(actions, options.Extra.Number, 3));
                }
                if (errno == 0)
                {
                    errno = Libc.Spawn(
                        &pid, pathPointer, actions, null, (byte**)arguments.Pointers, (byte**)environment.Pointers);
                }
            }
            _ = Libc.SpawnActionsDestroy(actions);
        }
        GC.KeepAlive(options);
        return errno == 0 ? pid : throw new LinuxException((Errno)errno, $"posix_spawn {options.Path}");
    }

    /// <summary>Waits for a child to end; -1 for any child. ECHILD when there is none.</summary>
    public static Errno TryWait(int which, out int pid, out ExitStatus status)
    {
        while (true)
        {
            int raw = 0;
            // SAFETY: a local int, written during the call only.
            unsafe
            {
                pid = Libc.WaitPid(which, &raw, 0);
            }
            status = new ExitStatus(raw);
            if (pid >= 0)
            {
                return Errno.OK;
            }
            if (Libc.LastErrno != Errno.EINTR)
            {
                return Libc.LastErrno;
            }
        }
    }

    /// <summary>Sends SIGKILL; a negative number names a process group.</summary>
    public static Errno TryKill(int pid) => Libc.Kill(pid, Libc.SIGKILL) == 0 ? Errno.OK : Libc.LastErrno;

    /// <summary>Makes writes to a closed pipe or socket return EPIPE instead of ending the process.</summary>
    public static void IgnoreBrokenPipes() => _ = Libc.Signal(Libc.SIGPIPE, 1 /* SIG_IGN */);

    private static int FirstError(int first, int second) => first != 0 ? first : second;
}
