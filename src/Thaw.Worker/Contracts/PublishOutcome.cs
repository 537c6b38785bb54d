namespace Thaw.Worker;

/// <summary>What publishing took and made.</summary>
public sealed record PublishOutcome
{
    /// <summary>From the monitor's start to the agent's hello.</summary>
    public required TimeSpan Boot { get; init; }

    /// <summary>How long init took, unpacking and before-snapshot hooks included.</summary>
    public required TimeSpan Init { get; init; }

    /// <summary>Quiescing, pausing and writing the snapshot.</summary>
    public required TimeSpan Snapshot { get; init; }

    /// <summary>What the snapshot's files would take without holes, in bytes.</summary>
    public required long SizeBytes { get; init; }
}
