using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>Runs asynchronous invocations. They are kept in memory, and are not tried again.</summary>
internal sealed partial class EventQueue : IAsyncDisposable
{
    private readonly Invoker _invoker;
    private readonly ILogger<EventQueue> _logger;
    private readonly Channel<(FunctionVersion Version, InvokeOrder Order)> _events =
        Channel.CreateBounded<(FunctionVersion, InvokeOrder)>(ServiceLimits.QueuedEventsMax);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _loops;

    internal EventQueue(Invoker invoker, ILogger<EventQueue> logger)
    {
        _invoker = invoker;
        _logger = logger;
        _loops = Task.WhenAll(Enumerable.Range(0, ServiceLimits.ConcurrentEventsMax).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>Takes an invocation, or refuses it where too many wait.</summary>
    internal void Enqueue(FunctionVersion version, InvokeOrder order)
    {
        if (!_events.Writer.TryWrite((version, order)))
        {
            throw LambdaError.Throttled("Too many asynchronous invocations wait.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loops.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        await foreach ((FunctionVersion version, InvokeOrder order) in _events.Reader.ReadAllAsync()
            .ConfigureAwait(false))
        {
            try
            {
                if (!_stopping.IsCancellationRequested)
                {
                    await _invoker.InvokeAsync(version, order, _stopping.Token).ConfigureAwait(false);
                }
            }
            catch (Exception failure)
            {
                // The top frame of an asynchronous invocation: nobody else is there to hear of it.
                LogLost(order.RequestId, version.Function, failure.Message);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Asynchronous invocation {RequestId} of {Function} was lost: {Reason}")]
    private partial void LogLost(string requestId, string function, string reason);
}
