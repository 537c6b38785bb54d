namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /snapshot/load</c>.</summary>
internal sealed record LoadSnapshotRequest
{
    /// <summary>The state file.</summary>
    public required string SnapshotPath { get; init; }

    /// <summary>Deprecated: the memory file, instead of <see cref="MemBackend"/>.</summary>
    public string? MemFilePath { get; init; }

    /// <summary>Where memory comes from.</summary>
    public MemoryBackend? MemBackend { get; init; }

    /// <summary>Deprecated name of <see cref="TrackDirtyPages"/>.</summary>
    public bool EnableDiffSnapshots { get; init; }

    /// <summary>Whether writes are logged, for diff snapshots.</summary>
    public bool TrackDirtyPages { get; init; }

    /// <summary>Whether vCPUs run at once.</summary>
    public bool ResumeVm { get; init; }

    /// <summary>Other host devices for network interfaces.</summary>
    public IReadOnlyList<NetworkOverride> NetworkOverrides { get; set; } = [];

    /// <summary>Another socket for the vsock device.</summary>
    public VsockOverride? VsockOverride { get; init; }

    /// <summary>Whether the guest's clock goes on with the host's wall clock.</summary>
    public bool ClockRealtime { get; init; }

    /// <summary>Pages behind guest memory.</summary>
    public LoadHugePages HugePages { get; init; }

    /// <summary>Thaw's own: check every block of memory before the vCPUs run.</summary>
    public bool VerifyMemory { get; init; }

    /// <summary>Thaw's own: other files behind pmem devices.</summary>
    public IReadOnlyList<PathOverride> PmemOverrides { get; set; } = [];

    /// <summary>Thaw's own: other files behind drives.</summary>
    public IReadOnlyList<PathOverride> DriveOverrides { get; set; } = [];

    /// <summary>Thaw's own: the generation id to give the guest, 32 hexadecimal digits; random when absent.</summary>
    public string? Vmgenid { get; init; }

    /// <summary>Thaw's own: accept a snapshot of a host with another kernel release.</summary>
    public bool AllowOtherKernel { get; init; }

    /// <summary>Thaw's own: accept a snapshot of another CPU model of the same vendor.</summary>
    public bool AllowOtherCpuModel { get; init; }
}
