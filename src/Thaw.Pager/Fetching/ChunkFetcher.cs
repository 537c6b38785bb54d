using System.Buffers;
using Thaw.Core;
using Thaw.Pager.Sources;
using Thaw.Pager.Views;

namespace Thaw.Pager.Fetching;

/// <summary>
/// Brings pages from sources into images. A chunk that several want at once is loaded once; so many are under way at
/// once, and no more buffers are taken; a source that fails is asked again for a while.
/// </summary>
internal sealed class ChunkFetcher : IDisposable
{
    private readonly SourceRetry _retry;
    private readonly CancellationTokenSource _end = new();

    // Turns: prefetches have their own, so that they never take one from a clone that waits.
    private readonly SemaphoreSlim _faultTurns = new(PagerLimits.FaultFlightsMax);
    private readonly SemaphoreSlim _prefetchTurns = new(PagerLimits.PrefetchFlightsMax);

    // Guards the table and the targets of the flights in it; a leaf lock.
    private readonly Lock _lock = new();
    private readonly Dictionary<(string Layer, int Chunk), ChunkFlight> _flights = [];

    internal ChunkFetcher(SourceRetry retry) => _retry = retry;

    /// <summary>Brings a page of a view, which the caller holds, into its image.</summary>
    /// <returns>What it moved; nothing for those who found it under way or there.</returns>
    /// <exception cref="SourceException">The page cannot be had.</exception>
    internal async Task<ChunkLoad> FetchAsync(MemoryView view, uint page, FetchKind kind)
    {
        ChunkRef chunk = view.Source.ChunkOf(page);
        if (TryJoin(view, chunk) is { } early)
        {
            await early.ConfigureAwait(false);
            return default;
        }
        SemaphoreSlim turns = kind == FetchKind.Fault ? _faultTurns : _prefetchTurns;
        await turns.WaitAsync(_end.Token).ConfigureAwait(false);
        try
        {
            if (view.Has(page))
            {
                return default;
            }
            (ChunkFlight flight, bool isNew) = JoinOrStart(view, chunk);
            if (isNew)
            {
                return await FlyAsync(flight, view, chunk).ConfigureAwait(false);
            }
            await flight.Landed.ConfigureAwait(false);
            return default;
        }
        finally
        {
            turns.Release();
        }
    }

    public void Dispose() => _end.Cancel();

    private static (string Layer, int Chunk) KeyOf(MemoryView view, ChunkRef chunk) =>
        (view.Source.Layers[chunk.Layer], chunk.Index);

    private Task<ChunkLoad>? TryJoin(MemoryView view, ChunkRef chunk)
    {
        lock (_lock)
        {
            if (!_flights.TryGetValue(KeyOf(view, chunk), out ChunkFlight? flight))
            {
                return null;
            }
            JoinLocked(flight, view, chunk);
            return flight.Landed;
        }
    }

    private (ChunkFlight Flight, bool IsNew) JoinOrStart(MemoryView view, ChunkRef chunk)
    {
        lock (_lock)
        {
            bool isThere = _flights.TryGetValue(KeyOf(view, chunk), out ChunkFlight? flight);
            flight ??= new ChunkFlight();
            _flights[KeyOf(view, chunk)] = flight;
            JoinLocked(flight, view, chunk);
            return (flight, !isThere);
        }
    }

    private static void JoinLocked(ChunkFlight flight, MemoryView view, ChunkRef chunk)
    {
        if (flight.Targets.TryAdd(view, chunk))
        {
            Invariant.That(view.TryHold());
        }
    }

    private async Task<ChunkLoad> FlyAsync(ChunkFlight flight, MemoryView view, ChunkRef chunk)
    {
        int length = view.Source.PagesPerChunk * PageSize.Bytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            ChunkLoad load = await _retry.RunAsync(
                token => view.Source.LoadAsync(chunk, buffer.AsMemory(0, length), token), _end.Token)
                .ConfigureAwait(false);
            while (TakeNewTargets(view, chunk, flight) is { Count: > 0 } targets)
            {
                foreach ((MemoryView target, ChunkRef place) in targets)
                {
                    target.Install(place, buffer);
                }
            }
            flight.Land(load);
            return load;
        }
        catch (Exception failure)
        {
            lock (_lock)
            {
                _flights.Remove(KeyOf(view, chunk));
            }
            flight.Fail(failure);
            throw;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            foreach (MemoryView target in flight.Targets.Keys)
            {
                target.Release();
            }
        }
    }

    // Targets that joined since the last call. When there are none the flight has landed: who comes later finds the
    // pages, or starts anew.
    private List<KeyValuePair<MemoryView, ChunkRef>> TakeNewTargets(
        MemoryView view, ChunkRef chunk, ChunkFlight flight)
    {
        lock (_lock)
        {
            List<KeyValuePair<MemoryView, ChunkRef>> targets = [.. flight.Targets.Skip(flight.InstalledCount)];
            flight.InstalledCount = flight.Targets.Count;
            if (targets.Count == 0)
            {
                _flights.Remove(KeyOf(view, chunk));
            }
            return targets;
        }
    }
}
