using Thaw.Monitor.Api;
using Thaw.Monitor.Models;
using VmmConfig = Thaw.Vmm.Config;

namespace Thaw.Monitor.Control;

/// <summary>Between the API's configurations and the microVM's.</summary>
internal static class ConfigTranslation
{
    /// <summary>What of a configuration the microVM cannot do; null when it can do all.</summary>
    internal static string? FindUnsupported(VmConfig config)
    {
        MachineConfig machine = config.MachineConfig ?? MachineConfigRules.Default;
        if (machine.VcpuCount > VmmConfig.MachineConfig.VcpuCountMax)
        {
            return ApiErrors.NotSupportedYet(
                $"More than {VmmConfig.MachineConfig.VcpuCountMax} vCPUs (asked for {machine.VcpuCount})");
        }

        if (machine.MemSizeMib > VmmConfig.MachineConfig.MemoryMibMax)
        {
            return ApiErrors.NotSupportedYet(
                $"More than {VmmConfig.MachineConfig.MemoryMibMax} MiB of memory (asked for {machine.MemSizeMib})");
        }

        if (machine.Smt)
        {
            return ApiErrors.NotSupportedYet("smt");
        }

        return machine.HugePages == HugePages.None ? null : ApiErrors.NotSupportedYet("huge_pages");
    }

    /// <summary>The microVM's configuration for what the API was told; it has a boot source.</summary>
    internal static VmmConfig.MicrovmConfig ToVmm(VmConfig config, BootSourceConfig bootSource)
    {
        MachineConfig machine = config.MachineConfig ?? MachineConfigRules.Default;
        return new VmmConfig.MicrovmConfig
        {
            Machine = new VmmConfig.MachineConfig
            {
                VcpuCount = machine.VcpuCount,
                MemoryMib = (int)machine.MemSizeMib,
                TrackDirtyPages = machine.TrackDirtyPages,
            },
            BootSource = new VmmConfig.BootSource
            {
                KernelPath = bootSource.KernelImagePath,
                InitrdPath = bootSource.InitrdPath,
                CommandLine = CommandLineOf(config, bootSource),
            },
            Drives = [.. config.Drives.Select(ToVmm)],
            Pmems = [.. config.Pmem.Select(ToVmm)],
            Vsock = config.Vsock is { } vsock
                ? new VmmConfig.VsockConfig { GuestCid = vsock.GuestCid, UdsPath = vsock.UdsPath }
                : null,
            HasEntropy = config.Entropy is not null,
        };
    }

    /// <summary>What the API says of a microVM that was restored.</summary>
    internal static VmConfig FromVmm(VmmConfig.MicrovmConfig config) => new()
    {
        MachineConfig = new MachineConfig
        {
            VcpuCount = (byte)config.Machine.VcpuCount,
            MemSizeMib = (ulong)config.Machine.MemoryMib,
            TrackDirtyPages = config.Machine.TrackDirtyPages,
        },
        Drives = [.. config.Drives.Select(FromVmm)],
        Pmem = [.. config.Pmems.Select(FromVmm)],
        Vsock = config.Vsock is { } vsock
            ? new VsockConfig { GuestCid = vsock.GuestCid, UdsPath = vsock.UdsPath }
            : null,
        Entropy = config.HasEntropy ? new EntropyConfig() : null,
    };

    // The root device goes last, as in other monitors, so that it wins.
    private static string CommandLineOf(VmConfig config, BootSourceConfig bootSource)
    {
        string line = bootSource.BootArgs ?? VmmConfig.BootSource.DefaultCommandLine;
        if (config.Drives.FirstOrDefault(d => d.IsRootDevice) is { } drive)
        {
            string device = drive.Partuuid is { } uuid ? $"PARTUUID={uuid}" : "/dev/vda";
            return $"{line} root={device} {(drive.IsReadOnly == true ? "ro" : "rw")}";
        }

        for (int i = 0; i < config.Pmem.Count; i++)
        {
            if (config.Pmem[i].RootDevice)
            {
                return $"{line} root=/dev/pmem{i} {(config.Pmem[i].ReadOnly ? "ro" : "rw")}";
            }
        }

        return line;
    }

    private static VmmConfig.DriveConfig ToVmm(DriveConfig drive) => new()
    {
        Id = drive.DriveId,
        Path = drive.PathOnHost ?? "",
        IsReadOnly = drive.IsReadOnly == true,
        IsWriteback = drive.CacheType == CacheType.Writeback,
    };

    private static VmmConfig.PmemConfig ToVmm(PmemConfig pmem) => new()
    {
        Id = pmem.Id,
        Path = pmem.PathOnHost,
        IsReadOnly = pmem.ReadOnly,
    };

    private static DriveConfig FromVmm(VmmConfig.DriveConfig drive) => new()
    {
        DriveId = drive.Id,
        PathOnHost = drive.Path,
        IsRootDevice = false,
        IsReadOnly = drive.IsReadOnly,
        CacheType = drive.IsWriteback ? CacheType.Writeback : CacheType.Unsafe,
    };

    private static PmemConfig FromVmm(VmmConfig.PmemConfig pmem) => new()
    {
        Id = pmem.Id,
        PathOnHost = pmem.Path,
        ReadOnly = pmem.IsReadOnly,
    };
}
