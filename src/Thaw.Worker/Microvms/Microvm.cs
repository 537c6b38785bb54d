using Thaw.Protocol;
using Thaw.Worker.Agents;
using Thaw.Worker.Monitors;
using Thaw.Worker.Paging;
using Thaw.Worker.Scheduling;

namespace Thaw.Worker.Microvms;

/// <summary>A microVM whose function is ready for invocations, one at a time.</summary>
internal sealed class Microvm(FunctionKey key, IMonitor monitor, AgentConnection agent, Lease lease)
    : IReusable, IAsyncDisposable
{
    private volatile bool _isRetired;

    /// <inheritdoc/>
    public FunctionKey Key { get; } = key;

    /// <inheritdoc/>
    public Lease Lease { get; } = lease;

    /// <inheritdoc/>
    public bool IsUsable => !_isRetired && !Monitor.Exited.IsCompleted;

    internal IMonitor Monitor { get; } = monitor;

    internal AgentConnection Agent { get; } = agent;

    /// <summary>The clone's id; null where the microVM was booted.</summary>
    internal string? CloneId { get; init; }

    /// <summary>Of which of its version's snapshots it is a clone; null where there is but one, or none.</summary>
    internal int? Variant { get; init; }

    /// <summary>What making it unique took in the guest; null where the microVM was booted.</summary>
    internal RestoreTimings? RestoreTimings { get; init; }

    /// <summary>Who brings its memory; null where it has that from a file.</summary>
    internal PagedStart? Paging { get; init; }

    /// <summary>Whether it gave its first answer.</summary>
    internal bool IsSettled { get; set; }

    /// <summary>What the process had used when it last answered.</summary>
    internal TimeSpan CpuTimeBefore { get; set; }

    /// <summary>Has the microVM end after the answer that it may be at.</summary>
    internal void Retire() => _isRetired = true;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync().ConfigureAwait(false);
        await Monitor.DisposeAsync().ConfigureAwait(false);
    }
}
