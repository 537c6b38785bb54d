using Thaw.Store;

namespace Thaw.Worker.Layers;

/// <summary>Whether the store can be read: asked when the worker begins, and from time to time until it can.</summary>
/// <param name="location">The store, for messages.</param>
/// <param name="ask">Asks it once.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreProbe(
    string location, Func<CancellationToken, ValueTask> ask, TimeProvider time)
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    private int _isAsking;
    private volatile bool _isReached;
    private volatile string? _problem;

    /// <summary>Why it could not be read when it was last asked; null where it could, or was not asked yet.</summary>
    internal string? Problem => _problem;

    /// <summary>Asks, unless it has answered before or is being asked.</summary>
    internal async Task AskAsync(CancellationToken stopping)
    {
        if (_isReached || Interlocked.Exchange(ref _isAsking, 1) == 1)
        {
            return;
        }
        using CancellationTokenSource late = new(s_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, stopping);
        try
        {
            await ask(either.Token).ConfigureAwait(false);
            _isReached = true;
            _problem = null;
        }
        catch (StoreException failure)
        {
            _problem = $"The store {location} can't be read: {failure.Message}";
        }
        catch (OperationCanceledException)
        {
            _problem = $"The store {location} can't be read: no answer in {s_timeout.TotalSeconds:0} s.";
        }
        finally
        {
            Volatile.Write(ref _isAsking, 0);
        }
    }
}
