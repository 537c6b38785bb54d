namespace Thaw.Protocol;

/// <summary>An answer on the pager's control connection.</summary>
public sealed record PagerAnswer
{
    /// <summary>Why the request failed; null when it succeeded.</summary>
    public string? Error { get; init; }

    /// <summary>Of Open, and of Stats for an image.</summary>
    public PagerImageStats? Image { get; init; }

    /// <summary>Of Start, Settle, Stats for a start, and Close of a start.</summary>
    public PagerStartStats? Start { get; init; }

    /// <summary>Of Stats for all: the images.</summary>
    public IReadOnlyList<PagerImageStats>? Images { get; init; }

    /// <summary>Of Stats for all: the starts.</summary>
    public IReadOnlyList<PagerStartStats>? Starts { get; init; }
}
