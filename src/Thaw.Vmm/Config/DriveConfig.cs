namespace Thaw.Vmm.Config;

/// <summary>A block device.</summary>
public sealed record DriveConfig
{
    /// <summary>Its id: letters, digits and underscores.</summary>
    public required string Id { get; init; }

    /// <summary>The file or block device behind it.</summary>
    public required string Path { get; init; }

    /// <summary>Whether the guest may only read.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether a guest's flush reaches the host's disk (fsync); else it is acknowledged at once.</summary>
    public bool IsWriteback { get; init; }
}
