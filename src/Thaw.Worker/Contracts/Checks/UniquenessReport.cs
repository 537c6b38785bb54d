namespace Thaw.Worker;

/// <summary>What clones had in common.</summary>
public sealed record UniquenessReport
{
    /// <summary>The clones that were compared.</summary>
    public required IReadOnlyList<string> CloneIds { get; init; }

    /// <summary>How many of them answered with an error of the function.</summary>
    public required int Errors { get; init; }

    /// <summary>How many bytes of memory the clones had written, all together.</summary>
    public required long WrittenBytes { get; init; }

    /// <summary>The values that repeat, those in answers first.</summary>
    public required IReadOnlyList<RepeatedValue> Repeated { get; init; }

    /// <summary>How many more there were than are listed.</summary>
    public required int Unlisted { get; init; }

    /// <summary>Values in answers and logs that the snapshot holds already: made once, in init.</summary>
    public required IReadOnlyList<RepeatedValue> FromSnapshot { get; init; }

    /// <summary>Whether no clone repeated another's value.</summary>
    public bool IsUnique => Repeated.Count == 0;
}
