using System.Text.Json.Serialization;
using Thaw.Worker.Images;

namespace Thaw.Worker.Snapshots;

/// <summary>manifest.json of a snapshot: what it is of, what it stands on, and which files it is.</summary>
internal sealed record SnapshotManifest
{
    /// <summary>The version of this file that this assembly reads and writes.</summary>
    internal const int CurrentFormatVersion = 2;

    public required int FormatVersion { get; init; }

    /// <summary>The function; empty for a runtime.</summary>
    public required string FunctionName { get; init; }

    public required string Version { get; init; }

    /// <summary>Which of the version's snapshots it is, from 1 on; null where it is the only one.</summary>
    public int? Variant { get; init; }

    public required string RevisionId { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int GuestMemoryMib { get; init; }

    public required int VcpuCount { get; init; }

    /// <summary>Clones get a greater one.</summary>
    public required ulong Generation { get; init; }

    public required string KernelVersion { get; init; }

    /// <summary>The root image that the guest has mapped.</summary>
    public required ImageIdentity RootImage { get; init; }

    /// <summary>The layer of the store that has this snapshot.</summary>
    public required string LayerId { get; init; }

    /// <summary>Whose key the layer is under; null for the service's.</summary>
    public string? Account { get; init; }

    /// <summary>The master key that the layer is under; null in the layer's own copy of this.</summary>
    public string? KeyId { get; init; }

    /// <summary>boot, runtime or function.</summary>
    public required string Kind { get; init; }

    /// <summary>The runtime's name.</summary>
    public required string Runtime { get; init; }

    public required IReadOnlyList<SnapshotFile> Files { get; init; }

    /// <summary>Whether its memory is a file here, not only in the store.</summary>
    [JsonIgnore]
    internal bool HasMemory => Files.Any(file => file.Name == SnapshotPaths.MemoryName);

    /// <summary>What it is called: FUNCTION:VERSION, FUNCTION:VERSION.VARIANT, or the runtime.</summary>
    [JsonIgnore]
    internal string Title => FunctionName.Length > 0
        ? $"{FunctionName}:{SnapshotKey.NameOf(Version, Variant)}"
        : $"{Runtime}, {GuestMemoryMib} MiB";
}
