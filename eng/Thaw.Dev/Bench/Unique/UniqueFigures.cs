namespace Thaw.Dev.Bench.Unique;

/// <summary>What uniqueness costs.</summary>
internal sealed record UniqueFigures
{
    /// <summary><c>kvm</c> or <c>emulated</c>.</summary>
    public required string Host { get; init; }

    /// <summary>The alternatives, on this machine and in a microVM.</summary>
    public required IReadOnlyList<DrawCost> Draws { get; init; }

    /// <summary>Clones that were started for the figures below.</summary>
    public required int Clones { get; init; }

    /// <summary>From the request to a clone being ready: the median, as are those below.</summary>
    public required double RestoreMs { get; init; }

    /// <summary>Of that, the agent's protocol, from the host's message until watchers confirmed.</summary>
    public required double ProtocolMs { get; init; }

    /// <summary>Its share in percent.</summary>
    public required double ProtocolPercent { get; init; }

    /// <summary>Its steps in microseconds.</summary>
    public required IReadOnlyDictionary<string, double> ProtocolStepsUs { get; init; }

    /// <summary>The runtime's own part, its hooks included, in microseconds.</summary>
    public required double HooksUs { get; init; }

    /// <summary>Emptying one MiB of marked memory before a snapshot, in milliseconds.</summary>
    public required double WipeMsPerMib { get; init; }

    /// <summary>A snapshot's wipe where nothing is marked, in milliseconds.</summary>
    public required double WipeNothingMs { get; init; }

    /// <summary>What a kernel pays that clears pages as they are freed.</summary>
    public required IReadOnlyList<ClearingCost> InitOnFree { get; init; }
}
