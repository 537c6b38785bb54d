namespace Thaw.Pager.Fetching;

/// <summary>How long a source may keep clones waiting.</summary>
internal sealed record FetchOptions
{
    /// <summary>How long one read may take.</summary>
    internal TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a chunk is tried for, all in all, before clones that wait for it are ended.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Wait before the first repetition; doubled each time up to <see cref="BackoffMax"/>.</summary>
    internal TimeSpan BackoffMin { get; init; } = TimeSpan.FromMilliseconds(20.0);

    /// <summary>The longest wait between repetitions.</summary>
    internal TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(2);
}
