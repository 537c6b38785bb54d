using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>Which snapshot to clone, and what is this clone's own.</summary>
public sealed record RestoreRequest
{
    /// <summary>The snapshot.</summary>
    public required SnapshotFiles Snapshot { get; init; }

    /// <summary>For a diff: the snapshots that it lies over, oldest first.</summary>
    public IReadOnlyList<SnapshotFiles> Bases { get; init; } = [];

    /// <summary>
    /// Where memory comes from, when not from the memory file: that and <see cref="Bases"/> are not looked at then.
    /// </summary>
    public IGuestMemoryProvider? Memory { get; init; }

    /// <summary>Whether to read all memory files and compare their checksums before anything runs.</summary>
    public bool VerifyMemory { get; init; }

    /// <summary>Whether to log writes from now on, for diff snapshots.</summary>
    public bool TrackDirtyPages { get; init; }

    /// <summary>The clone's vsock socket, where it is not the original's.</summary>
    public string? VsockUdsPath { get; init; }

    /// <summary>Files behind drives, by drive id, where they are not the original's.</summary>
    public IReadOnlyDictionary<string, string> DrivePaths { get; init; } = new Dictionary<string, string>();

    /// <summary>Files behind persistent memory, by id, where they are not the original's.</summary>
    public IReadOnlyDictionary<string, string> PmemPaths { get; init; } = new Dictionary<string, string>();

    /// <summary>The VM generation ID, 16 bytes; random when null.</summary>
    public byte[]? VmGenId { get; init; }

    /// <summary>Differences between the hosts that are accepted.</summary>
    public HostCheckOverrides HostOverrides { get; init; }
}
