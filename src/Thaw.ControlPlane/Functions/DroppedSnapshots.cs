using System.Collections.Concurrent;
using Thaw.ControlPlane.Storage;
using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>
/// Layers that no version names: what was deleted, what was laid out anew, and what is only being made.
/// </summary>
internal sealed class DroppedSnapshots(FunctionStore store, IFunctionHost host, TimeProvider time)
{
    /// <summary>Clones of a layer that was replaced have ended by then: they work on one invocation at most.</summary>
    private static readonly TimeSpan s_clonesEnd = TimeSpan.FromSeconds(ServiceLimits.TimeoutSecondsMax + 300);

    /// <summary>Layers that must stay for now, and until when.</summary>
    private readonly ConcurrentDictionary<string, DateTimeOffset> _held = new();

    /// <summary>
    /// Notes a layer that is about to be made: where the service ends meanwhile, the next one gives it up.
    /// </summary>
    internal void Begin(string id)
    {
        _held[id] = DateTimeOffset.MaxValue;
        store.NoteDropped(id);
    }

    /// <summary>Ends what <see cref="Begin"/> began.</summary>
    internal void End(string id) => _held.TryRemove(id, out _);

    /// <summary>Keeps a layer that was replaced until its clones have ended.</summary>
    internal void HoldForClones(string id) => _held[id] = time.GetUtcNow() + s_clonesEnd;

    /// <summary>
    /// Has the store give up what is dropped. Where it can't now, the next deletion, collection or start tries again.
    /// </summary>
    internal async Task RemoveAsync()
    {
        try
        {
            foreach (string snapshot in store.ListDropped())
            {
                if (_held.TryGetValue(snapshot, out DateTimeOffset until) && until > time.GetUtcNow())
                {
                    continue;
                }
                await host.RemoveSnapshotAsync(snapshot).ConfigureAwait(false);
                store.ForgetDropped(snapshot);
                _held.TryRemove(snapshot, out _);
            }
        }
        catch (WorkerException failure) when (failure.Fault == WorkerFault.StoreFailed)
        {
            // Noted in the database; what is deleted is deleted.
            return;
        }
    }
}
