namespace Thaw.Worker;

/// <summary>A value that more than one clone came to.</summary>
public sealed record RepeatedValue
{
    /// <summary>The value: text as it is, bytes of memory in hexadecimal.</summary>
    public required string Value { get; init; }

    /// <summary>Where it was found first, in each of two clones.</summary>
    public required IReadOnlyList<ValuePlace> Places { get; init; }

    /// <summary>Text that lies around it in memory, if any.</summary>
    public string? Nearby { get; init; }
}
