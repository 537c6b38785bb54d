namespace Thaw.Dev.Bench.Store;

/// <summary>Medians of one tool with one image. Rates are of the whole image, zeros included.</summary>
internal sealed record StoreFigures
{
    /// <summary>The image.</summary>
    public required string Image { get; init; }

    /// <summary>The tool.</summary>
    public required string Tool { get; init; }

    /// <summary>MiB stored in a second of processor time.</summary>
    public required double SealMibSPerCore { get; init; }

    /// <summary>MiB read back in a second of processor time.</summary>
    public required double OpenMibSPerCore { get; init; }

    /// <summary>The image's length.</summary>
    public required long BytesIn { get; init; }

    /// <summary>Of these, in pages that are not zero.</summary>
    public required long BytesNotZero { get; init; }

    /// <summary>What the store took.</summary>
    public required long BytesStored { get; init; }

    /// <summary>MiB stored in a second on the clock.</summary>
    public required double SealMibSWall { get; init; }

    /// <summary>MiB read back in a second on the clock.</summary>
    public required double OpenMibSWall { get; init; }

    /// <summary>The slowest and the quickest run's MiB stored in a second of processor time.</summary>
    public required IReadOnlyList<double> SealMibSPerCoreRange { get; init; }

    /// <summary>The slowest and the quickest run's MiB read back in a second of processor time.</summary>
    public required IReadOnlyList<double> OpenMibSPerCoreRange { get; init; }
}
