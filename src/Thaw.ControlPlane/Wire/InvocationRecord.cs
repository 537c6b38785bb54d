using Thaw.Protocol;
using Thaw.Worker;

namespace Thaw.ControlPlane.Wire;

/// <summary>One invocation, as Thaw remembers it.</summary>
public sealed record InvocationRecord
{
    /// <summary>The invocation's id.</summary>
    public required string RequestId { get; init; }

    /// <summary>The function's name.</summary>
    public required string FunctionName { get; init; }

    /// <summary>The version that ran.</summary>
    public required string Version { get; init; }

    /// <summary>When the request came in.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>cold, restore or warm; null where nothing started.</summary>
    public string? StartKind { get; init; }

    /// <summary>The clone's id; null where the microVM was no clone.</summary>
    public string? CloneId { get; init; }

    /// <summary>Of which of its version's snapshots the clone is, from 1 on; null where there is but one.</summary>
    public int? Variant { get; init; }

    /// <summary>The microVM's id.</summary>
    public string? MicrovmId { get; init; }

    /// <summary>How long the request waited for room.</summary>
    public double QueuedMs { get; init; }

    /// <summary>From the request to the agent being ready.</summary>
    public double? RestoreMs { get; init; }

    /// <summary>From the request to the function's answer.</summary>
    public double? AnswerMs { get; init; }

    /// <summary>CPU time of the microVM.</summary>
    public double? CpuMs { get; init; }

    /// <summary>Private memory of the microVM after the answer.</summary>
    public long? PrivateBytes { get; init; }

    /// <summary>How the clone's memory came, where it came from the store as it was touched.</summary>
    public PagingFigures? Paging { get; init; }

    /// <summary>What making the clone unique took in the guest, step by step.</summary>
    public RestoreTimings? Restore { get; init; }

    /// <summary>How often the start was tried again.</summary>
    public int StartRetries { get; init; }

    /// <summary>What the failed start failed with.</summary>
    public string? StartRetryReason { get; init; }

    /// <summary>Unhandled where the function failed.</summary>
    public string? FunctionError { get; init; }

    /// <summary>Why the service could not answer, where it could not.</summary>
    public string? ServiceError { get; init; }
}
