using Thaw.Store.S3;

namespace Thaw.Worker;

/// <summary>How a worker is set up.</summary>
public sealed record WorkerOptions
{
    /// <summary>Where snapshots and running microVMs have their files.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Where the images are that <c>thaw image build</c> made.</summary>
    public required string ImagesDirectory { get; init; }

    /// <summary>The monitor's program.</summary>
    public required string MonitorPath { get; init; }

    /// <summary>The pager's program; null where there is none.</summary>
    public string? PagerPath { get; init; }

    /// <summary>Where clones' memory comes from. Without a pager it is a file, whatever is said here.</summary>
    public MemorySource MemorySource { get; init; } = MemorySource.Images;

    /// <summary>Whether the pager brings clones what earlier ones touched before they ask for it.</summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>
    /// The store of snapshots: a directory, or <c>s3://bucket/prefix</c>; null for DIR/store.
    /// </summary>
    public string? StoreLocation { get; init; }

    /// <summary>The address of a server that speaks S3; null for AWS.</summary>
    public Uri? S3Endpoint { get; init; }

    /// <summary>The local file with the master keys; null for DIR/keys/keys.json.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How much of a remote store is kept on the local disk, in bytes.</summary>
    public long StoreCacheBytesMax { get; init; } = 8L * 1024 * 1024 * 1024;

    /// <summary>The most microVMs at once, idle ones included.</summary>
    public int MicrovmsMax { get; init; } = 64;

    /// <summary>The most memory that microVMs may be counted with, in MiB.</summary>
    public int MemoryMibMax { get; init; } = 4096;

    /// <summary>
    /// What a clone is counted with, as a share of its guest's memory: clones share the snapshot's pages and own only
    /// what they write.
    /// </summary>
    public int CloneMemoryPercent { get; init; } = 25;

    /// <summary>The most requests that wait for room; further ones are refused.</summary>
    public int QueuedMax { get; init; } = 256;

    /// <summary>The longest that a request waits for room.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From a monitor's start to the agent's hello.</summary>
    public TimeSpan BootTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From a spawned monitor to its first answer, and for each request to it.</summary>
    public TimeSpan MonitorTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long init may take; null for Lambda's rule, the larger of 130 s and the function's own timeout.
    /// </summary>
    public TimeSpan? InitTimeout { get; init; }

    /// <summary>How long a runtime's restore and its after-restore hooks may take, as on Lambda.</summary>
    public TimeSpan RestoreTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long freezing a function and syncing its file systems may take.</summary>
    public TimeSpan QuiesceTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How much later than the agent the worker gives up, so that the agent's own report comes first.
    /// </summary>
    public TimeSpan AgentGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long one snapshot may take to write.</summary>
    public TimeSpan SnapshotTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How many monitors to start ahead of need.</summary>
    public int PooledMonitors { get; init; } = 2;

    /// <summary>The most idle microVMs kept for each version.</summary>
    public int IdlePerVersionMax { get; init; } = 4;

    /// <summary>How long an idle microVM is kept.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Further words for the guest kernel's command line.</summary>
    public string ExtraBootArguments { get; init; } = "";

    /// <summary>Whether clones' memory comes from shared images.</summary>
    internal bool HasImages => MemorySource == MemorySource.Images && PagerPath is { } path && File.Exists(path);

    /// <summary>What the options say of the store.</summary>
    internal StoreSetup Store => new()
    {
        Location = StoreLocation ?? Path.Combine(DataDirectory, "store"),
        S3Endpoint = S3Endpoint,
        CacheDirectory = Path.Combine(DataDirectory, "cache"),
        CacheBytesMax = StoreCacheBytesMax,
        KeyFile = KeyFile ?? Path.Combine(DataDirectory, "keys", "keys.json"),
    };
}
