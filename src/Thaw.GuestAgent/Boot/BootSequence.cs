using System.Globalization;
using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Boot;

/// <summary>From the kernel's start of PID 1 to a guest in which functions can run.</summary>
internal static class BootSequence
{
    private static readonly StringBuilder s_durations = new();

    /// <summary>How long each step took, as text.</summary>
    internal static string Durations => s_durations.ToString();

    /// <summary>Runs all steps.</summary>
    /// <exception cref="BootException">A step failed.</exception>
    internal static void Run()
    {
        Step("mounts", MountKernelFileSystems);
        Step("modules", LoadModules);
        Step("root device", () => WaitFor(GuestPaths.RootDevice));
        Step("root image", () => RootFileSystem.MountImage(GuestPaths.RootDevice));
        Step("overlay", RootFileSystem.MountOverlay);
        Step("surroundings", RootFileSystem.MountSurroundings);
        Step("loopback", () => GuestKernel.BringUp("lo"));
    }

    /// <summary>Runs one step.</summary>
    /// <exception cref="BootException">It failed.</exception>
    internal static void Step(string name, Action step)
    {
        long startNs = LinuxClock.MonotonicNs;
        try
        {
            step();
            long ms = (LinuxClock.MonotonicNs - startNs) / 1_000_000;
            s_durations.Append(CultureInfo.InvariantCulture, $"{name} {ms} ms, ");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new BootException(name, error);
        }
    }

    private static void MountKernelFileSystems()
    {
        const MountFlags Plain = MountFlags.NoSetUid | MountFlags.NoDevices | MountFlags.NoExecute;
        MountOnce("devtmpfs", "/dev", MountFlags.NoSetUid | MountFlags.NoExecute, "mode=755");
        MountOnce("proc", "/proc", Plain);
        MountOnce("sysfs", "/sys", Plain);
        MountOnce("tmpfs", "/run", MountFlags.NoSetUid | MountFlags.NoDevices, "mode=755");
        MountOnce("cgroup2", GuestPaths.Cgroups, Plain);
        _ = Directory.CreateDirectory(
            GuestPaths.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void MountOnce(string type, string target, MountFlags flags, string? options = null)
    {
        _ = Directory.CreateDirectory(target);
        Errno errno = Mounts.TryMount(type, target, type, flags, options);
        if (errno is not (Errno.OK or Errno.EBUSY))
        {
            throw new LinuxException(errno, $"mount {type} on {target}");
        }
    }

    private static void LoadModules()
    {
        if (!File.Exists(GuestPaths.ModuleList))
        {
            return;
        }
        foreach ((string path, bool optional) in ModuleList.Parse(File.ReadAllText(GuestPaths.ModuleList)))
        {
            Errno errno = LoadModule(path);
            if (errno is Errno.OK or Errno.EEXIST)
            {
                continue;
            }
            if (!optional)
            {
                throw new LinuxException(errno, $"load module {path}");
            }
            AgentConsole.Note($"optional module {path} can't be loaded: {errno}");
        }
    }

    private static Errno LoadModule(string path)
    {
        try
        {
            using SafeFd image = SafeFd.Open(path, FileOpen.Read);
            return GuestKernel.TryLoadModule(image);
        }
        catch (LinuxException error)
        {
            // No such file: built into the kernel, or left out of the initramfs; the caller knows which may be.
            return error.Errno;
        }
    }

    /// <summary>Waits until a driver has made a device's node.</summary>
    private static void WaitFor(string device)
    {
        using DirectoryWatch watch = DirectoryWatch.Start(Path.GetDirectoryName(device)!);
        long endNs = LinuxClock.MonotonicNs + (AgentLimits.DeviceTimeoutMs * 1_000_000L);
        while (!File.Exists(device))
        {
            long leftMs = (endNs - LinuxClock.MonotonicNs) / 1_000_000;
            if (leftMs <= 0 || (!watch.Wait((int)leftMs) && !File.Exists(device)))
            {
                throw new LinuxException(Errno.ENODEV, $"wait for {device} for {AgentLimits.DeviceTimeoutMs} ms");
            }
        }
    }
}
