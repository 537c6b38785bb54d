namespace Thaw.Worker.Snapshots;

/// <summary>Starts a microVM again where the first failed for a reason of its own.</summary>
internal static class StartRetry
{
    /// <summary>Runs a start, at most <see cref="WorkerLimits.StartRetriesMax"/> times more.</summary>
    /// <param name="start">One try; it reports its failure itself, and leaves nothing behind.</param>
    /// <param name="cancellationToken">Ends it between two tries.</param>
    /// <returns>What came up, and how often the start was tried again.</returns>
    /// <exception cref="WorkerException">Nothing came up.</exception>
    internal static async Task<(T Started, int Retries)> RunAsync<T>(
        Func<Task<T>> start, CancellationToken cancellationToken)
    {
        for (int retries = 0; ; retries++)
        {
            try
            {
                return (await start().ConfigureAwait(false), retries);
            }
            catch (WorkerException failure) when (failure.IsTransient && retries < WorkerLimits.StartRetriesMax)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
