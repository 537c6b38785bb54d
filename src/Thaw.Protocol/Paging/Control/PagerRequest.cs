namespace Thaw.Protocol;

/// <summary>A request on the pager's control connection.</summary>
public sealed record PagerRequest
{
    /// <summary>What is asked for.</summary>
    public required PagerOperation Operation { get; init; }

    /// <summary>For <see cref="PagerOperation.Open"/>: a plain memory file.</summary>
    public string? File { get; init; }

    /// <summary>For <see cref="PagerOperation.Open"/>: a layer of the store, 32 hexadecimal digits.</summary>
    public string? Layer { get; init; }

    /// <summary>For <see cref="PagerOperation.Open"/> of a layer: which of its spaces.</summary>
    public string? Space { get; init; }

    /// <summary>
    /// For <see cref="PagerOperation.Open"/>: the only snapshot that may be restored over this memory.
    /// </summary>
    public string? Snapshot { get; init; }

    /// <summary>The image, as <see cref="PagerOperation.Open"/> answered it.</summary>
    public string? Image { get; init; }

    /// <summary>The start, as <see cref="PagerOperation.Start"/> answered it.</summary>
    public string? Start { get; init; }

    /// <summary>For <see cref="PagerOperation.Start"/>: whether to load the working set beside the guest.</summary>
    public bool Prefetch { get; init; } = true;

    /// <summary>For <see cref="PagerOperation.Start"/>: whether the working set may learn from this clone.</summary>
    public bool Record { get; init; } = true;
}
