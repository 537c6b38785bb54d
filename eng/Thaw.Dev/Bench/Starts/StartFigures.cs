namespace Thaw.Dev.Bench.Starts;

/// <summary>Medians of cold starts of one kind: version and cache are empty of it, all is in the store.</summary>
internal sealed record StartFigures
{
    /// <summary>How long each request to the store is held back.</summary>
    public required int StoreDelayMs { get; init; }

    /// <summary>Whether what earlier clones touched was brought before it was asked for.</summary>
    public required bool Prefetch { get; init; }

    /// <summary>From the request to the function's answer.</summary>
    public required double AnswerMs { get; init; }

    /// <summary>From the request to the agent being ready.</summary>
    public required double RestoreMs { get; init; }

    /// <summary>Bytes of memory loaded until the answer, as stored.</summary>
    public required long BytesMoved { get; init; }

    /// <summary>The guest's memory.</summary>
    public required long GuestBytes { get; init; }

    /// <summary>Page faults that came to the pager.</summary>
    public required long Faults { get; init; }

    /// <summary>Of these, those that had to wait for the store.</summary>
    public required long FaultsWaited { get; init; }

    /// <summary>Pages brought before anybody touched them.</summary>
    public required long Prefetched { get; init; }

    /// <summary>Of these, pages that nobody touched.</summary>
    public required long PrefetchWasted { get; init; }

    /// <summary>The quickest and the slowest answer.</summary>
    public required IReadOnlyList<double> AnswerMsRange { get; init; }
}
