using Thaw.Worker.Images;

namespace Thaw.Worker.Snapshots;

/// <summary>manifest.json of a snapshot: what it is of, what it stands on, and which files it is.</summary>
internal sealed record SnapshotManifest
{
    /// <summary>The version of this file that this assembly reads and writes.</summary>
    internal const int CurrentFormatVersion = 1;

    public required int FormatVersion { get; init; }

    public required string FunctionName { get; init; }

    public required string Version { get; init; }

    public required string RevisionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int GuestMemoryMib { get; init; }

    public required int VcpuCount { get; init; }

    /// <summary>Clones get a greater one.</summary>
    public required ulong Generation { get; init; }

    public required string KernelVersion { get; init; }

    /// <summary>The root image that the guest has mapped.</summary>
    public required ImageIdentity RootImage { get; init; }

    public required IReadOnlyList<SnapshotFile> Files { get; init; }
}
