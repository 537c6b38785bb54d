namespace Thaw.Worker;

/// <summary>One layer of the tree of snapshots.</summary>
public sealed record SnapshotLayer
{
    /// <summary>Its id, 32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>The layer that it lies over; null for a root of the tree.</summary>
    public string? ParentId { get; init; }

    /// <summary>boot, runtime or function.</summary>
    public required string Kind { get; init; }

    /// <summary>What it is of: a function with its version, or a runtime; null where its key is gone.</summary>
    public string? Name { get; init; }

    /// <summary>Whose key it is under: service, or account/ID.</summary>
    public required string Keyspace { get; init; }

    /// <summary>The master key that its data key is wrapped under.</summary>
    public required string KeyId { get; init; }

    /// <summary>active, retired, destroyed; unknown where this machine never had the key.</summary>
    public required string KeyState { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether something wants it, or it only lives for layers over it.</summary>
    public required bool IsRoot { get; init; }

    /// <summary>The guest's memory in bytes; null where the key is gone, as all figures below.</summary>
    public long? GuestBytes { get; init; }

    /// <summary>Pages of 4 KiB that it has itself.</summary>
    public long? OwnPages { get; init; }

    /// <summary>Pages that it records as zero.</summary>
    public long? ZeroPages { get; init; }

    /// <summary>Bytes that it added to the store.</summary>
    public long? BytesStored { get; init; }

    /// <summary>Bytes of its chunks that the store had before.</summary>
    public long? BytesShared { get; init; }

    /// <summary>Its distinct chunks.</summary>
    public required int Chunks { get; init; }

    /// <summary>Why it can't be opened, where that is so.</summary>
    public string? Problem { get; init; }
}
