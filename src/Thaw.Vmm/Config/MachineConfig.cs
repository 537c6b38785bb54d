namespace Thaw.Vmm.Config;

/// <summary>vCPUs and memory.</summary>
public sealed record MachineConfig
{
    /// <summary>Most vCPUs of a microVM.</summary>
    public const int VcpuCountMax = 4;

    /// <summary>Most memory of a microVM in MiB.</summary>
    public const int MemoryMibMax = 64 * 1024;

    /// <summary>vCPUs, 1 to <see cref="VcpuCountMax"/>.</summary>
    public int VcpuCount { get; init; } = 1;

    /// <summary>Memory in MiB.</summary>
    public int MemoryMib { get; init; } = 128;

    /// <summary>Whether writes to memory are logged from the start, for diff snapshots.</summary>
    public bool TrackDirtyPages { get; init; }
}
