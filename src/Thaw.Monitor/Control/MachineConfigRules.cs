using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>Which machine configurations exist.</summary>
internal static class MachineConfigRules
{
    /// <summary>Most vCPUs that the API lets one ask for.</summary>
    internal const int VcpuCountMax = 32;

    /// <summary>What a microVM has when nothing is said.</summary>
    internal static MachineConfig Default { get; } = new() { VcpuCount = 1, MemSizeMib = 128 };

    /// <summary>The update that sets everything.</summary>
    internal static MachineConfigUpdate AsUpdate(MachineConfig machine) => new()
    {
        VcpuCount = machine.VcpuCount,
        MemSizeMib = machine.MemSizeMib,
        Smt = machine.Smt,
        CpuTemplate = machine.CpuTemplate,
        TrackDirtyPages = machine.TrackDirtyPages,
        HugePages = machine.HugePages,
    };

    /// <summary>Applies an update; null with the reason when the result does not exist.</summary>
    internal static MachineConfig? Apply(MachineConfig current, MachineConfigUpdate update, out string fault)
    {
        MachineConfig next = new()
        {
            VcpuCount = update.VcpuCount ?? current.VcpuCount,
            MemSizeMib = update.MemSizeMib ?? current.MemSizeMib,
            Smt = update.Smt ?? current.Smt,
            CpuTemplate = update.CpuTemplate switch
            {
                null => current.CpuTemplate,
                CpuTemplate.None => null,
                { } template => template,
            },
            TrackDirtyPages = update.TrackDirtyPages ?? current.TrackDirtyPages,
            HugePages = update.HugePages ?? current.HugePages,
        };
        fault = Check(next) ?? "";
        return fault.Length == 0 ? next : null;
    }

    private static string? Check(MachineConfig machine)
    {
        bool oddWithSmt = machine.Smt && machine.VcpuCount > 1 && machine.VcpuCount % 2 == 1;
        if (machine.VcpuCount is 0 or > VcpuCountMax || oddWithSmt)
        {
            return "Machine config error: The number of vCPUs must be greater than 0, less than "
                + $"{VcpuCountMax} and must be 1 or an even number if SMT is enabled.";
        }

        uint multiple = machine.HugePages == HugePages.None ? 1u : 2u;
        if (machine.MemSizeMib == 0 || machine.MemSizeMib % multiple != 0)
        {
            return "Machine config error: The memory size (MiB) is either 0, or not a multiple of the configured page "
                + "size.";
        }

        return machine.CpuTemplate is { } template
            ? Api.ApiErrors.NotSupportedYet($"CPU template {template}")
            : null;
    }
}
