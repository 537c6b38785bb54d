namespace Thaw.Worker;

/// <summary>One invocation to run.</summary>
public sealed record InvokeOrder
{
    /// <summary>What to run.</summary>
    public required FunctionSpec Spec { get; init; }

    /// <summary>The invocation's id, a UUID.</summary>
    public required string RequestId { get; init; }

    /// <summary>The event.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>Start a new microVM for this invocation, and end it after the answer.</summary>
    public bool Fresh { get; init; }

    /// <summary>The variant that a new clone is to be of, from 1 on; null for any, at random.</summary>
    public int? Variant { get; init; }

    /// <summary>When the request came in, as <see cref="TimeProvider.GetTimestamp"/> gave it; 0 for now.</summary>
    public long ReceivedTimestamp { get; init; }

    /// <summary>The X-Ray trace header, if any.</summary>
    public string? TraceId { get; init; }

    /// <summary>The mobile client context as JSON, if any.</summary>
    public string? ClientContext { get; init; }
}
