namespace Thaw.Worker.Microvms;

/// <summary>How an invocation came by its microVM.</summary>
internal sealed record StartReport
{
    /// <summary>When the request came in, as a time stamp.</summary>
    internal required long Received { get; init; }

    internal required StartKind Kind { get; init; }

    /// <summary>How long it waited for room.</summary>
    internal TimeSpan QueuedFor { get; init; }

    /// <summary>From the request to the agent being ready.</summary>
    internal TimeSpan ReadyAfter { get; init; }

    /// <summary>How long init took, where it ran.</summary>
    internal TimeSpan InitDuration { get; init; }

    /// <summary>How often the start was tried again.</summary>
    internal int Retries { get; init; }

    /// <summary>What the try before failed with.</summary>
    internal string? RetryReason { get; init; }
}
