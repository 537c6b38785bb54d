using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /machine-config</c> and answer of its GET.</summary>
internal sealed record MachineConfig
{
    /// <summary>Number of vCPUs.</summary>
    public required byte VcpuCount { get; init; }

    /// <summary>Memory in MiB.</summary>
    public required ulong MemSizeMib { get; init; }

    /// <summary>Whether two vCPUs share a core.</summary>
    public bool Smt { get; init; }

    /// <summary>CPU features of the guest.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CpuTemplate? CpuTemplate { get; init; }

    /// <summary>Whether writes are logged from the start, for diff snapshots.</summary>
    public bool TrackDirtyPages { get; init; }

    /// <summary>Pages behind guest memory.</summary>
    public HugePages HugePages { get; init; }
}
