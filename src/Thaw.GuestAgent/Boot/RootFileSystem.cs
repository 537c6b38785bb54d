using Thaw.Linux;

namespace Thaw.GuestAgent.Boot;

/// <summary>Makes the function's root: the runtime's image, memory over it, and the few things around it.</summary>
internal static class RootFileSystem
{
    private const string TemporarySize = "512m";

    private static readonly string[] s_directories = ["/proc", "/sys", "/dev", "/tmp", "/var/task", "/var/runtime"];

    private static readonly string[] s_devices = ["null", "zero", "full", "random", "urandom", "sysgenid"];

    private static readonly (string Name, string Target)[] s_deviceLinks =
    [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ];

    /// <summary>Mounts the image, read-only and without copies in memory where the device can do that.</summary>
    /// <exception cref="LinuxException">The image can't be mounted.</exception>
    internal static void MountImage(string device)
    {
        _ = Directory.CreateDirectory(GuestPaths.Image);
        MountFlags flags = MountFlags.ReadOnly | MountFlags.NoDevices | MountFlags.NoAccessTime;
        Errno errno = Mounts.TryMount(device, GuestPaths.Image, "erofs", flags, "dax=always");
        if (errno != Errno.OK)
        {
            AgentConsole.Note($"{device} can't be mounted with dax=always: {errno}; its pages will be copied");
            Mounts.Mount(device, GuestPaths.Image, "erofs", flags);
        }
    }

    /// <summary>Lays memory over the image.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static void MountOverlay()
    {
        _ = Directory.CreateDirectory(GuestPaths.Writable);
        Mounts.Mount("tmpfs", GuestPaths.Writable, "tmpfs", MountFlags.NoDevices | MountFlags.NoSetUid, "mode=755");
        string upper = GuestPaths.Writable + "/upper";
        string work = GuestPaths.Writable + "/work";
        _ = Directory.CreateDirectory(upper);
        _ = Directory.CreateDirectory(work);
        _ = Directory.CreateDirectory(GuestPaths.Root);
        Mounts.Mount(
            "overlay", GuestPaths.Root, "overlay", MountFlags.NoDevices | MountFlags.NoSetUid,
            $"lowerdir={GuestPaths.Image},upperdir={upper},workdir={work}");
    }

    /// <summary>Mounts what a program expects around it.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static void MountSurroundings()
    {
        const MountFlags Plain = MountFlags.NoSetUid | MountFlags.NoDevices | MountFlags.NoExecute;
        string root = GuestPaths.Root;
        foreach (string directory in s_directories)
        {
            _ = Directory.CreateDirectory(root + directory);
        }

        // hidepid: the function sees its own user's processes only.
        Mounts.Mount("proc", root + "/proc", "proc", Plain, "hidepid=2");
        Mounts.Mount("sysfs", root + "/sys", "sysfs", Plain | MountFlags.ReadOnly);
        Mounts.Mount(
            "tmpfs", root + "/tmp", "tmpfs", MountFlags.NoSetUid | MountFlags.NoDevices,
            $"mode=1777,size={TemporarySize}");
        Mounts.Mount("tmpfs", root + "/dev", "tmpfs", MountFlags.NoSetUid, "mode=755,size=64k");
        foreach (string device in s_devices)
        {
            string place = $"{root}/dev/{device}";
            File.WriteAllBytes(place, []);
            Mounts.Mount($"/dev/{device}", place, type: null, MountFlags.Bind);
        }
        foreach ((string name, string target) in s_deviceLinks)
        {
            _ = File.CreateSymbolicLink($"{root}/dev/{name}", target);
        }
        File.WriteAllBytes(GuestPaths.BootId, []);
        Mounts.Mount(GuestPaths.BootId, root + GuestPaths.KernelBootId, type: null, MountFlags.Bind);
        _ = Directory.CreateDirectory(root + "/dev/shm");
        Mounts.Mount("tmpfs", root + "/dev/shm", "tmpfs", Plain, $"mode=1777,size={TemporarySize}");
    }
}
