namespace HelloDotnet;

/// <summary>The response.</summary>
public sealed record Answer
{
    public required string Message { get; init; }

    public Guid Uuid { get; init; }

    public required string RandomHex { get; init; }

    public int Shared { get; init; }

    public Guid InitId { get; init; }

    public int Restored { get; init; }

    public int Invocations { get; init; }

    public required string Table { get; init; }

    public required string RequestId { get; init; }

    public long RemainingMs { get; init; }
}
