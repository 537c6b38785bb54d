namespace Thaw.GuestAgent.Boot;

/// <summary>Where things are in the guest, as the agent sees them.</summary>
internal static class GuestPaths
{
    /// <summary>The list of kernel modules to load, one path a line.</summary>
    internal const string ModuleList = "/etc/thaw/modules";

    /// <summary>The device with the runtime's root image.</summary>
    internal const string RootDevice = "/dev/pmem0";

    /// <summary>The agent's own directory.</summary>
    internal const string State = "/run/thaw";

    /// <summary>Where the root image is mounted.</summary>
    internal const string Image = State + "/image";

    /// <summary>The memory that takes what is written over the image.</summary>
    internal const string Writable = State + "/rw";

    /// <summary>The function's root.</summary>
    internal const string Root = State + "/root";

    /// <summary>What to start, for the copy of the agent that becomes the function.</summary>
    internal const string LaunchSpec = State + "/launch";

    /// <summary>Where control groups are.</summary>
    internal const string Cgroups = "/sys/fs/cgroup";

    /// <summary>The name of the function's control group.</summary>
    internal const string FunctionCgroup = "function";

    /// <summary>Where the function finds its clone id, within its root.</summary>
    internal const string CloneId = "/etc/thaw/clone-id";

    /// <summary>Where the function finds its machine id, within its root.</summary>
    internal const string MachineId = "/etc/machine-id";

    /// <summary>What the function sees as its boot id; mounted over <see cref="KernelBootId"/> in its root.</summary>
    internal const string BootId = State + "/boot-id";

    /// <summary>The kernel's boot id.</summary>
    internal const string KernelBootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>Processes, all of them: the function's own proc shows fewer.</summary>
    internal const string Processes = "/proc";

    /// <summary>The kernel's list of swap areas.</summary>
    internal const string Swaps = Processes + "/swaps";
}
