namespace Thaw.Worker.Snapshots;

/// <summary>Starts a microVM again where the first failed for a reason of its own.</summary>
internal static class StartRetry
{
    /// <summary>Runs a start, at most <see cref="WorkerLimits.StartRetriesMax"/> times more.</summary>
    /// <param name="start">One try; it reports its failure itself, and leaves nothing behind.</param>
    /// <param name="cancellationToken">Ends it between two tries.</param>
    /// <returns>What came up, how often the start was tried again, and what the last try failed with.</returns>
    /// <exception cref="WorkerException">Nothing came up.</exception>
    internal static async Task<(T Started, int Retries, string? Reason)> RunAsync<T>(
        Func<Task<T>> start, CancellationToken cancellationToken)
    {
        string? reason = null;
        for (int retries = 0; ; retries++)
        {
            try
            {
                return (await start().ConfigureAwait(false), retries, reason);
            }
            catch (WorkerException failure) when (failure.IsTransient && retries < WorkerLimits.StartRetriesMax)
            {
                cancellationToken.ThrowIfCancellationRequested();
                reason = $"{failure.Fault}: {failure.Message}";
            }
        }
    }
}
