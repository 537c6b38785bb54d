namespace Thaw.Linux;

/// <summary>mount(2) and umount2(2).</summary>
public static class Mounts
{
    /// <summary>Mounts a file system.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static void Mount(string source, string target, string? type, MountFlags flags, string? options = null)
    {
        Errno errno = TryMount(source, target, type, flags, options);
        if (errno != Errno.OK)
        {
            throw new LinuxException(errno, $"mount {source} on {target} ({type ?? "bind"} {flags} {options})");
        }
    }

    /// <summary>Mounts a file system; the kernel's answer.</summary>
    public static Errno TryMount(
        string source, string target, string? type, MountFlags flags, string? options = null) =>
        Libc.Mount(source, target, type, (nuint)flags, options) == 0 ? Errno.OK : Libc.LastErrno;

    /// <summary>Takes a mount away now, and lets go of it when its last user does (MNT_DETACH).</summary>
    public static Errno TryDetach(string target) =>
        Libc.Unmount(target, Libc.MNT_DETACH) == 0 ? Errno.OK : Libc.LastErrno;
}
