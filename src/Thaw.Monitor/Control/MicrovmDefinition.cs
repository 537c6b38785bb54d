using Thaw.Monitor.Api;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>What has been said about a microVM that has not started.</summary>
internal sealed class MicrovmDefinition
{
    /// <summary>Most drives, and most pmem devices, of a microVM.</summary>
    internal const int DevicesOfAKindMax = 16;

    private readonly List<DriveConfig> _drives = [];
    private readonly List<PmemConfig> _pmems = [];
    private BootSourceConfig? _bootSource;
    private VsockConfig? _vsock;
    private EntropyConfig? _entropy;

    /// <summary>vCPUs and memory.</summary>
    internal MachineConfig Machine { get; private set; } = MachineConfigRules.Default;

    /// <summary>Where the guest's console goes; for a microVM that is restored too.</summary>
    internal SerialConfig? Serial { get; private set; }

    /// <summary>
    /// Whether something was said that belongs to booting, so that a snapshot cannot be loaded any more.
    /// </summary>
    internal bool IsForBoot { get; private set; }

    /// <summary>Whether there is a kernel to boot.</summary>
    internal bool HasBootSource => _bootSource is not null;

    /// <summary>All of it.</summary>
    internal VmConfig ToConfig() => new()
    {
        BootSource = _bootSource,
        Drives = [.. _drives],
        Pmem = [.. _pmems],
        MachineConfig = Machine,
        Vsock = _vsock,
        Entropy = _entropy,
        Serial = Serial,
    };

    internal ControlResult SetBootSource(BootSourceConfig config)
    {
        IsForBoot = true;
        if (HostFileCheck.Check(config.KernelImagePath, writable: false) is { } kernelFault)
        {
            return ControlResult.Failed($"Boot source error: The kernel file cannot be opened: {kernelFault}");
        }

        if (config.InitrdPath is { } initrd && HostFileCheck.Check(initrd, writable: false) is { } initrdFault)
        {
            return ControlResult.Failed(
                "Boot source error: The initrd file cannot be opened due to invalid path or invalid permissions. "
                + initrdFault);
        }

        _bootSource = config;
        return ControlResult.Done;
    }

    internal ControlResult UpdateMachine(MachineConfigUpdate update)
    {
        IsForBoot = true;
        if (MachineConfigRules.Apply(Machine, update, out string fault) is not { } machine)
        {
            return ControlResult.Failed(fault);
        }

        Machine = machine;
        return ControlResult.Done;
    }

    internal ControlResult SetDrive(DriveConfig config)
    {
        IsForBoot = true;
        if (CheckDrive(config) is { } fault)
        {
            return ControlResult.Failed(fault);
        }

        int index = _drives.FindIndex(d => d.DriveId == config.DriveId);
        int rootIndex = _drives.FindIndex(d => d.IsRootDevice);
        if (config.IsRootDevice && rootIndex >= 0 && rootIndex != index)
        {
            return ControlResult.Failed("Drive config error: A root block device already exists!");
        }

        if (index < 0 && _drives.Count == DevicesOfAKindMax)
        {
            return ControlResult.Failed(
                $"Drive config error: There are {DevicesOfAKindMax} drives, no more are possible.");
        }

        if (index >= 0)
        {
            _drives.RemoveAt(index);
        }

        // The root device is /dev/vda.
        _drives.Insert(config.IsRootDevice ? 0 : index >= 0 ? index : _drives.Count, config);
        return ControlResult.Done;
    }

    internal ControlResult SetPmem(PmemConfig config)
    {
        IsForBoot = true;
        if (CheckPmem(config) is { } fault)
        {
            return ControlResult.Failed(fault);
        }

        int index = _pmems.FindIndex(p => p.Id == config.Id);
        int rootIndex = _pmems.FindIndex(p => p.RootDevice);
        if (config.RootDevice && rootIndex >= 0 && rootIndex != index)
        {
            return ControlResult.Failed("Pmem config error: A root pmem device already exist");
        }

        if (index < 0 && _pmems.Count == DevicesOfAKindMax)
        {
            return ControlResult.Failed(
                $"Pmem config error: There are {DevicesOfAKindMax} pmem devices, no more are possible.");
        }

        if (index >= 0)
        {
            _pmems[index] = config;
        }
        else
        {
            _pmems.Add(config);
        }

        return ControlResult.Done;
    }

    internal ControlResult SetVsock(VsockConfig config)
    {
        IsForBoot = true;

        // 0 to 2 are the hypervisor, the loopback and the host; the last one means "any".
        if (config.GuestCid is < 3 or uint.MaxValue)
        {
            return ControlResult.Failed($"Vsock config error: {config.GuestCid} is not a guest's context id.");
        }

        _vsock = config with { VsockId = null };
        return ControlResult.Done;
    }

    internal ControlResult SetEntropy(EntropyConfig config)
    {
        IsForBoot = true;
        if (config.RateLimiter is not null)
        {
            return ControlResult.Failed(ApiErrors.NotSupportedYet("A rate limiter"));
        }

        _entropy = config;
        return ControlResult.Done;
    }

    internal ControlResult SetSerial(SerialConfig config)
    {
        if (config.RateLimiter is not null)
        {
            return ControlResult.Failed(ApiErrors.NotSupportedYet("A rate limiter"));
        }

        Serial = config;
        return ControlResult.Done;
    }

    private string? CheckDrive(DriveConfig config)
    {
        if (config.Socket is not null)
        {
            return ApiErrors.NotSupportedYet("A vhost-user drive");
        }

        if (config.RateLimiter is not null)
        {
            return ApiErrors.NotSupportedYet("A rate limiter");
        }

        if (config.IoEngine == IoEngine.Async)
        {
            return ApiErrors.NotSupportedYet("The io_engine Async");
        }

        if (config.IsRootDevice && _pmems.Exists(p => p.RootDevice))
        {
            return "Drive config error: Attempt to add block as a root device while the root device defined as a pmem "
                + "device";
        }

        if (config.PathOnHost is null)
        {
            return "Drive config error: Unable to create the virtio block device: path_on_host is missing";
        }

        return HostFileCheck.Check(config.PathOnHost, writable: config.IsReadOnly != true) is { } fault
            ? "Drive config error: Unable to create the virtio block device: Virtio backend error: "
                + $"Error manipulating the backing file: {fault} {config.PathOnHost}"
            : null;
    }

    private string? CheckPmem(PmemConfig config)
    {
        if (config.RateLimiter is not null)
        {
            return ApiErrors.NotSupportedYet("A rate limiter");
        }

        if (config.RootDevice && _drives.Exists(d => d.IsRootDevice))
        {
            return "Pmem config error: Attempt to add pmem as a root device while the root device defined as a block "
                + "device";
        }

        return HostFileCheck.Check(config.PathOnHost, writable: !config.ReadOnly) is { } fault
            ? $"Pmem config error: Error accessing underlying file: {fault}"
            : null;
    }
}
