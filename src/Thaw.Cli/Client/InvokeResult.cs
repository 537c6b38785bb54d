using System.Text.Json.Nodes;

namespace Thaw.Cli.Client;

/// <summary>What an invocation gave.</summary>
internal sealed record InvokeResult
{
    /// <summary>The HTTP status: 200 answered, 202 accepted, 204 could be run.</summary>
    public required int StatusCode { get; init; }

    /// <summary>The version that ran.</summary>
    public string? ExecutedVersion { get; init; }

    /// <summary>Unhandled where the function failed.</summary>
    public string? FunctionError { get; init; }

    /// <summary>cold, restore or warm.</summary>
    public string? StartKind { get; init; }

    /// <summary>The clone's id.</summary>
    public string? CloneId { get; init; }

    /// <summary>Of which of its version's snapshots the clone is, from 1 on; null where there is but one.</summary>
    public int? Variant { get; init; }

    /// <summary>From the request to the agent being ready.</summary>
    public double? RestoreMs { get; init; }

    /// <summary>From the request to the function's answer.</summary>
    public double? AnswerMs { get; init; }

    /// <summary>CPU time of the microVM.</summary>
    public double? CpuMs { get; init; }

    /// <summary>Private memory of the microVM.</summary>
    public long? PrivateBytes { get; init; }

    /// <summary>The end of the log, if it was asked for.</summary>
    public string? Log { get; init; }

    /// <summary>The answer.</summary>
    public JsonNode? Payload { get; init; }
}
