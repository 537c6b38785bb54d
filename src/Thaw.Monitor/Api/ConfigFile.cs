using Thaw.Monitor.Control;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Api;

/// <summary>Applies a <c>--config-file</c>: the same steps as the API's, in a fixed order, then the start.</summary>
internal static class ConfigFile
{
    /// <summary>Largest file that is read.</summary>
    internal const int BytesMax = 1024 * 1024;

    /// <summary>Configures and starts the microVM.</summary>
    /// <exception cref="ApiBodyException">The text is not a configuration.</exception>
    internal static ControlResult Apply(ReadOnlyMemory<byte> json, MicrovmSession session)
    {
        VmConfig config = ApiBody.Read(json, ApiJson.Wire.VmConfig);
        if (Unsupported(config) is { } what)
        {
            return ControlResult.Failed(ApiErrors.NotSupportedYet(what));
        }

        foreach (Func<ControlResult> step in Steps(config, session))
        {
            ControlResult result = step();
            if (!result.IsDone)
            {
                return result;
            }
        }

        return session.Start();
    }

    private static string? Unsupported(VmConfig config) => config switch
    {
        { Balloon: not null } => "balloon",
        { CpuConfig: not null } => "cpu-config",
        { MmdsConfig: not null } => "mmds-config",
        { MemoryHotplug: not null } => "memory-hotplug",
        { NetworkInterfaces.Count: > 0 } => "network-interfaces",
        _ => null,
    };

    private static IEnumerable<Func<ControlResult>> Steps(VmConfig config, MicrovmSession session)
    {
        if (config.Logger is { } logger)
        {
            yield return () => session.SetLogger(logger);
        }

        if (config.Metrics is { } metrics)
        {
            yield return () => session.SetMetrics(metrics);
        }

        if (config.MachineConfig is { } machine)
        {
            yield return () => session.UpdateMachine(MachineConfigRules.AsUpdate(machine));
        }

        if (config.BootSource is { } bootSource)
        {
            yield return () => session.SetBootSource(bootSource);
        }

        foreach (DriveConfig drive in config.Drives)
        {
            yield return () => WithValidId(drive.DriveId, () => session.SetDrive(drive));
        }

        foreach (PmemConfig pmem in config.Pmem)
        {
            yield return () => WithValidId(pmem.Id, () => session.SetPmem(pmem));
        }

        if (config.Vsock is { } vsock)
        {
            yield return () => session.SetVsock(vsock);
        }

        if (config.Entropy is { } entropy)
        {
            yield return () => session.SetEntropy(entropy);
        }

        if (config.Serial is { } serial)
        {
            yield return () => session.SetSerial(serial);
        }
    }

    private static ControlResult WithValidId(string id, Func<ControlResult> action) => DeviceId.IsValid(id)
        ? action()
        : ControlResult.Failed(ApiErrors.InvalidId);
}
