using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Thaw.Store;

/// <summary>
/// Makes requests again that failed in a way that may pass, with growing, jittered waits and a bound on each attempt
/// and on their number. Every request to a store may be made twice: reads change nothing, puts write the same bytes,
/// and an object that is gone stays gone.
/// </summary>
public sealed class RetryingChunkStore : IPrunableChunkStore
{
    private readonly IPrunableChunkStore _inner;
    private readonly ResiliencePipeline _pipeline;

    /// <summary>Creates the decorator.</summary>
    /// <param name="inner">The store behind.</param>
    /// <param name="options">How often and how long.</param>
    /// <param name="time">The clock for waits and timeouts.</param>
    public RetryingChunkStore(IPrunableChunkStore inner, RetryOptions options, TimeProvider time)
    {
        _inner = inner;
        ResiliencePipelineBuilder builder = new() { TimeProvider = time };
        _pipeline = builder
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = arguments => ValueTask.FromResult(
                    arguments.Outcome.Exception is StoreException { IsTransient: true } or TimeoutRejectedException),
                MaxRetryAttempts = options.RetriesMax,
                BackoffType = DelayBackoffType.Exponential,
                Delay = options.DelayFirst,
                MaxDelay = options.DelayMax,
                UseJitter = true,
                Randomizer = options.Jitter,
                OnRetry = _ =>
                {
                    Counters.CountRetry();
                    return ValueTask.CompletedTask;
                },
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = options.AttemptTimeout })
            .Build();
    }

    /// <summary>Retries, and requests that failed in the end.</summary>
    public StoreCounters Counters { get; } = new();

    /// <inheritdoc/>
    public ValueTask<StoreRead> ReadAsync(
        StoreName name,
        long offset,
        Memory<byte> destination,
        Freshness freshness,
        CancellationToken cancellationToken) =>
        RunAsync(token => _inner.ReadAsync(name, offset, destination, freshness, token), name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.FindAsync(name, token), name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.PutAsync(name, content, mode, token), name, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask FlushAsync(CancellationToken cancellationToken) => await RunAsync(
        async token =>
        {
            await _inner.FlushAsync(token).ConfigureAwait(false);
            return true;
        },
        null,
        cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<StoreEntry>? listing = null;
        try
        {
            // A listing that broke off goes on behind what it gave last.
            while (await RunAsync(NextAsync, after, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                after = entry.Name;
                yield return entry;
            }
        }
        finally
        {
            if (listing is not null)
            {
                await listing.DisposeAsync().ConfigureAwait(false);
            }
        }

        async ValueTask<StoreEntry?> NextAsync(CancellationToken token)
        {
            listing ??= _inner.ListAsync(area, after, cancellationToken).GetAsyncEnumerator(cancellationToken);
            try
            {
                return await listing.MoveNextAsync().ConfigureAwait(false) ? listing.Current : null;
            }
            catch (StoreException)
            {
                await listing.DisposeAsync().ConfigureAwait(false);
                listing = null;
                throw;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.DeleteAsync(name, token), name, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        RunAsync(token => _inner.RemoveLeftoversAsync(before, token), null, cancellationToken);

    private async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> request, StoreName? name, CancellationToken cancellationToken)
    {
        try
        {
            return await _pipeline.ExecuteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutRejectedException e)
        {
            Counters.CountFailure();
            throw new StoreException(
                StoreFault.TimedOut, $"The store did not answer in {e.Timeout.TotalSeconds} s, nor again.", name, e);
        }
        catch (StoreException)
        {
            Counters.CountFailure();
            throw;
        }
    }
}
