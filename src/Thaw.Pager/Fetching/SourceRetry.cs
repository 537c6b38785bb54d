using Thaw.Pager.Sources;

namespace Thaw.Pager.Fetching;

/// <summary>Asks a source that fails again, with growing waits, as long as patience lasts.</summary>
internal sealed class SourceRetry(FetchOptions options, TimeProvider time)
{
    /// <summary>Runs a request until it succeeds or fails for good.</summary>
    /// <exception cref="SourceException">It failed for good, or patience is at its end.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    internal async ValueTask<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> request, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        TimeSpan backoff = options.BackoffMin;
        while (true)
        {
            SourceException failure;
            using CancellationTokenSource limit = new(options.ReadTimeout, time);
            using CancellationTokenSource either =
                CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await request(either.Token).ConfigureAwait(false);
            }
            catch (SourceException e) when (e.IsTransient)
            {
                failure = e;
            }
            catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
            {
                failure = new SourceException(
                    $"The source gave nothing within {options.ReadTimeout.TotalSeconds:0.#} s.", isTransient: true, e);
            }
            if (time.GetElapsedTime(start) + backoff >= options.Patience)
            {
                throw failure;
            }
            await Task.Delay(backoff, time, cancellationToken).ConfigureAwait(false);
            backoff = backoff * 2 < options.BackoffMax ? backoff * 2 : options.BackoffMax;
        }
    }
}
