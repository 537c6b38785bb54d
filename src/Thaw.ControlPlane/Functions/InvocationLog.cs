using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Thaw.ControlPlane.Storage;
using Thaw.ControlPlane.Wire;

namespace Thaw.ControlPlane.Functions;

/// <summary>Writes invocation records in the background, so that no answer waits for the disk.</summary>
internal sealed partial class InvocationLog : IAsyncDisposable
{
    /// <summary>Records that wait to be written; where the disk can't keep up, the oldest are dropped.</summary>
    private const int PendingMax = 4096;

    private const int BatchMax = 256;

    private readonly InvocationStore _store;
    private readonly ILogger<InvocationLog> _logger;
    private readonly Channel<Entry> _entries = Channel.CreateBounded<Entry>(
        new BoundedChannelOptions(PendingMax) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
        dropped => dropped.Flushed?.TrySetResult());
    private readonly Task _loop;

    internal InvocationLog(InvocationStore store, ILogger<InvocationLog> logger)
    {
        _store = store;
        _logger = logger;
        _loop = Task.Run(RunAsync);
    }

    internal void Add(InvocationRecord record) => _entries.Writer.TryWrite(new Entry(record, null));

    /// <summary>The last records, those included that were still waiting to be written.</summary>
    internal async Task<IReadOnlyList<InvocationRecord>> ListAsync(string? function, int countMax)
    {
        TaskCompletionSource flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (_entries.Writer.TryWrite(new Entry(null, flushed)))
        {
            await flushed.Task.ConfigureAwait(false);
        }
        return _store.List(function, countMax);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        await _loop.ConfigureAwait(false);
    }

    private async Task RunAsync()
    {
        List<Entry> batch = [];
        while (await _entries.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < BatchMax && _entries.Reader.TryRead(out Entry? entry))
            {
                batch.Add(entry);
            }
            try
            {
                _store.Add([.. batch.Where(entry => entry.Record is not null).Select(entry => entry.Record!)]);
            }
            catch (Exception failure)
            {
                // The top frame of the writer: a full disk must not stop invocations.
                LogLost(batch.Count, failure);
            }
            foreach (Entry entry in batch)
            {
                entry.Flushed?.TrySetResult();
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "{Count} invocation records could not be written")]
    private partial void LogLost(int count, Exception failure);

    private sealed record Entry(InvocationRecord? Record, TaskCompletionSource? Flushed);
}
