namespace Thaw.Monitor.Models;

/// <summary>Thaw's own answer of <c>GET /vm/stats</c>.</summary>
internal sealed record MicrovmStats
{
    /// <summary>CPU time of the monitor's process, vCPUs included, in microseconds.</summary>
    public required long CpuTimeUs { get; init; }

    /// <summary>Memory that only this process has, in bytes.</summary>
    public required long PrivateBytes { get; init; }

    /// <summary>Memory of this process, shared pages included, in bytes.</summary>
    public required long ResidentBytes { get; init; }

    /// <summary>Exits of all vCPUs to the monitor.</summary>
    public required long Exits { get; init; }
}
