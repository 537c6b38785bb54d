namespace Thaw.Worker;

/// <summary>What the worker has and does at one moment.</summary>
public sealed record WorkerStatus
{
    /// <summary>MicroVMs that run, idle ones included.</summary>
    public required int Microvms { get; init; }

    /// <summary>The most microVMs at once.</summary>
    public required int MicrovmsMax { get; init; }

    /// <summary>MicroVMs that wait for an invocation.</summary>
    public required int Idle { get; init; }

    /// <summary>Requests that wait for room.</summary>
    public required int Queued { get; init; }

    /// <summary>Memory that the microVMs are counted with, in MiB.</summary>
    public required int MemoryMib { get; init; }

    /// <summary>The most memory that microVMs may be counted with, in MiB.</summary>
    public required int MemoryMibMax { get; init; }

    /// <summary>Monitors started ahead, waiting for a snapshot to load.</summary>
    public required int PooledMonitors { get; init; }

    /// <summary>Clones started since the worker began.</summary>
    public required long Restores { get; init; }

    /// <summary>Starts that failed and were tried again since the worker began.</summary>
    public required long StartRetries { get; init; }

    /// <summary>What keeps the worker from starting microVMs, if anything: no images, no monitor.</summary>
    public string? Impediment { get; init; }

    /// <summary>Why a store that is not on this machine could not be read, if it has not been yet.</summary>
    public string? StoreProblem { get; init; }
}
