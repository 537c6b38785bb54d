using System.Collections.Concurrent;

namespace Thaw.Worker;

/// <summary>
/// One run for all who want the same thing at once. It goes on for the others when one of them gives up; one that
/// failed is forgotten, so that the next caller tries again.
/// </summary>
/// <param name="keepsResults">Whether later callers get the result too, until it is removed.</param>
internal sealed class SingleFlight<TKey, TResult>(bool keepsResults)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TResult>>> _runs = new();

    /// <summary>Gets the result of the run for <paramref name="key"/>, and starts it where there is none.</summary>
    /// <param name="key">What is wanted.</param>
    /// <param name="run">Makes it; nobody's cancellation ends it.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    internal async Task<TResult> GetAsync(TKey key, Func<Task<TResult>> run, CancellationToken cancellationToken)
    {
        Lazy<Task<TResult>> entry = _runs.GetOrAdd(key, _ => new Lazy<Task<TResult>>(run));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (entry.Value.IsCompleted && !(keepsResults && entry.Value.IsCompletedSuccessfully))
            {
                _runs.TryRemove(new KeyValuePair<TKey, Lazy<Task<TResult>>>(key, entry));
            }
        }
    }

    /// <summary>Whether somebody wanted this, and it is kept or under way.</summary>
    internal bool Has(TKey key) => _runs.ContainsKey(key);

    /// <summary>Forgets a result.</summary>
    internal void Remove(TKey key) => _runs.TryRemove(key, out _);
}
