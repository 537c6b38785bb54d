namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PATCH /machine-config</c>: what is present changes.</summary>
internal sealed record MachineConfigUpdate
{
    /// <summary>Number of vCPUs.</summary>
    public byte? VcpuCount { get; init; }

    /// <summary>Memory in MiB.</summary>
    public ulong? MemSizeMib { get; init; }

    /// <summary>Whether two vCPUs share a core.</summary>
    public bool? Smt { get; init; }

    /// <summary>CPU features of the guest.</summary>
    public CpuTemplate? CpuTemplate { get; init; }

    /// <summary>Whether writes are logged from the start.</summary>
    public bool? TrackDirtyPages { get; init; }

    /// <summary>Pages behind guest memory.</summary>
    public HugePages? HugePages { get; init; }

    /// <summary>Whether nothing would change.</summary>
    internal bool IsEmpty => this == new MachineConfigUpdate();
}
