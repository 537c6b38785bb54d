using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Monitors;

namespace Thaw.Worker;

/// <summary>What a worker gets from outside, so that tests can say what time it is and what monitors do.</summary>
internal sealed record WorkerParts
{
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal IEntropy Random { get; init; } = new SystemEntropy();

    /// <summary>Makes the monitors' factory; null for real processes.</summary>
    internal Func<RunDirectory, IMonitorFactory>? Monitors { get; init; }

    /// <summary>Changes how the store is set up.</summary>
    internal Func<StoreSetup, StoreSetup> Store { get; init; } = setup => setup;
}
