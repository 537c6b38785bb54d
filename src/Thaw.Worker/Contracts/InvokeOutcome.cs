using Thaw.Protocol;

namespace Thaw.Worker;

/// <summary>How an invocation went that reached its function.</summary>
public sealed record InvokeOutcome
{
    /// <summary>What the caller gets: the response, or the error as JSON.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>"Unhandled" where the function failed; null where it answered.</summary>
    public string? FunctionError { get; init; }

    /// <summary>The end of what was logged during the invocation, with START, END and REPORT lines.</summary>
    public required ReadOnlyMemory<byte> LogTail { get; init; }

    /// <summary>How the microVM came to be.</summary>
    public required StartKind StartKind { get; init; }

    /// <summary>The clone's id; null where the microVM is no clone.</summary>
    public string? CloneId { get; init; }

    /// <summary>Of which of its version's snapshots the clone is, from 1 on; null where there is but one.</summary>
    public int? Variant { get; init; }

    /// <summary>The microVM's id on this machine.</summary>
    public required string MicrovmId { get; init; }

    /// <summary>From the request to the agent being ready for the invocation.</summary>
    public required TimeSpan ReadyAfter { get; init; }

    /// <summary>From the request to the function's answer.</summary>
    public required TimeSpan AnswerAfter { get; init; }

    /// <summary>How long the request waited for room on the machine.</summary>
    public TimeSpan QueuedFor { get; init; }

    /// <summary>
    /// CPU time of the microVM (monitor and guest): all of it at its first answer, later what was added.
    /// </summary>
    public TimeSpan? CpuTime { get; init; }

    /// <summary>Private memory of the microVM (monitor and guest) after the answer, in bytes.</summary>
    public long? PrivateBytes { get; init; }

    /// <summary>How the memory came of a new clone whose snapshot is not on this machine; null for others.</summary>
    public PagingFigures? Paging { get; init; }

    /// <summary>What making the clone unique took in the guest, step by step; null where none was started.</summary>
    public RestoreTimings? Restore { get; init; }

    /// <summary>How often the start failed and was tried again on another microVM.</summary>
    public int StartRetries { get; init; }

    /// <summary>What the failed start failed with; null where none did.</summary>
    public string? StartRetryReason { get; init; }
}
