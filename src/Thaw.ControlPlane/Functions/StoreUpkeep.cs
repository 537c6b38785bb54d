using Microsoft.Extensions.Logging;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>
/// Keeps the store in order by itself: gives up what is dropped, collects garbage, lays out anew what clones read out
/// of order.
/// </summary>
internal sealed partial class StoreUpkeep : IAsyncDisposable
{
    /// <summary>What is younger stays: an interrupted publication may want it again.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromHours(1);

    private readonly IFunctionHost _host;
    private readonly DroppedSnapshots _dropped;
    private readonly SnapshotCompactor _compactor;
    private readonly ILogger<StoreUpkeep> _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loop;

    /// <summary>Begins.</summary>
    /// <param name="interval">From one round's end to the next; zero for none at all.</param>
    /// <param name="host">The worker.</param>
    /// <param name="dropped">What to give up.</param>
    /// <param name="compactor">Lays out anew.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Hears what was done.</param>
    internal StoreUpkeep(
        TimeSpan interval, IFunctionHost host, DroppedSnapshots dropped, SnapshotCompactor compactor, TimeProvider time,
        ILogger<StoreUpkeep> logger)
    {
        _host = host;
        _dropped = dropped;
        _compactor = compactor;
        _logger = logger;
        _loop = interval > TimeSpan.Zero ? RunAsync(interval, time) : Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task RunAsync(TimeSpan interval, TimeProvider time)
    {
        while (true)
        {
            await Task.Delay(interval, time, _stopping.Token).ConfigureAwait(false);
            try
            {
                await RunOnceAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (WorkerException failure)
            {
                LogFailed(failure.Message);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // The top frame of the upkeep: the next round may do better.
                LogBroken(failure);
            }
        }
    }

    private async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        await _dropped.RemoveAsync().ConfigureAwait(false);
        SnapshotCollection collected = await _host.Tree.CollectAsync(s_grace, isDryRun: false, cancellationToken)
            .ConfigureAwait(false);
        if (collected.LayersRemoved + collected.ChunksRemoved > 0)
        {
            LogCollected(collected.LayersRemoved, collected.ChunksRemoved, collected.BytesFreed);
        }
        foreach (Wire.CompactedVersion version in
            (await _compactor.RunAsync(null, isForced: false, cancellationToken).ConfigureAwait(false)).Compacted)
        {
            LogCompacted(version.Function, version.Version, version.WorkingSetPages, version.To);
        }
    }

    [LoggerMessage(LogLevel.Information, "Removed {Layers} layers and {Chunks} chunks from the store, {Bytes} bytes")]
    private partial void LogCollected(int layers, long chunks, long bytes);

    [LoggerMessage(
        LogLevel.Information, "Laid {Function}:{Version} out anew: {Pages} pages come first in layer {Layer}")]
    private partial void LogCompacted(string function, string version, long pages, string layer);

    [LoggerMessage(LogLevel.Warning, "The store could not be put in order, which is tried again later: {Reason}")]
    private partial void LogFailed(string reason);

    [LoggerMessage(LogLevel.Error, "Putting the store in order broke")]
    private partial void LogBroken(Exception failure);
}
