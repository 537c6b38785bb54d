namespace Thaw.Worker.Tests.Crashes;

/// <summary>What a worker is killed at.</summary>
public enum CrashWork
{
    /// <summary>Publishes a version, and the snapshot that it is published from.</summary>
    Publish,

    /// <summary>Publishes a version with two snapshots, and the one that they are published from.</summary>
    PublishVariants,

    /// <summary>Brings a version's snapshot from the store.</summary>
    Fetch,

    /// <summary>Collects garbage.</summary>
    Collect,

    /// <summary>Lays a version's snapshot out anew.</summary>
    Compact,
}
