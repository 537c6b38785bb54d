using Thaw.Protocol;

namespace Thaw.Worker;

/// <summary>What a version's snapshot took and is.</summary>
public sealed record PublishOutcome
{
    /// <summary>Until the microVM was there: a clone of its base, which is made first where there is none.</summary>
    public required TimeSpan Boot { get; init; }

    /// <summary>How long init took, unpacking and before-snapshot hooks included.</summary>
    public required TimeSpan Init { get; init; }

    /// <summary>Quiescing, pausing and writing the snapshot.</summary>
    public required TimeSpan Snapshot { get; init; }

    /// <summary>What bringing the function to rest took of that in the guest, and what was wiped.</summary>
    public Quiesced? Quiesced { get; init; }

    /// <summary>The layer of the store that has the snapshot.</summary>
    public required string SnapshotId { get; init; }

    /// <summary>Sealing and storing what the layer has itself.</summary>
    public TimeSpan Store { get; init; }

    /// <summary>Bytes that the layer added to the store.</summary>
    public long StoredBytes { get; init; }

    /// <summary>What the snapshot's files would take without holes, in bytes.</summary>
    public required long SizeBytes { get; init; }
}
