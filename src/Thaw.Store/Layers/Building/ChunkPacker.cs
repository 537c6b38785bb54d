using System.Buffers;
using System.Collections.Immutable;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Cuts pages into chunks of a fixed size, in the order in which they come, and seals and writes them in parallel.
/// Pages are added by one thread.
/// </summary>
internal sealed class ChunkPacker : IAsyncDisposable
{
    private readonly IWritableChunkStore _store;
    private readonly ChunkSealer _sealer;
    private readonly SharedChunks _shared;
    private readonly int _pagesPerChunk;
    private readonly SemaphoreSlim _slots;
    private readonly int _slotCount;
    private readonly CancellationTokenSource _failed = new();

    private readonly Lock _gate = new(); // Guards what is below, to _fault.
    private readonly Dictionary<ChunkId, int> _indexes = [];
    private readonly List<LayerChunk> _chunks = [];
    private readonly List<int> _sequence = [];
    private readonly List<WrappedKey> _keys;
    private Exception? _fault;

    private byte[]? _buffer;
    private int _pages;

    internal ChunkPacker(
        IWritableChunkStore store,
        ChunkSealer sealer,
        WrappedKey key,
        SharedChunks shared,
        int pagesPerChunk,
        int parallelism)
    {
        _store = store;
        _sealer = sealer;
        _shared = shared;
        _pagesPerChunk = pagesPerChunk;
        _slotCount = parallelism;
        _slots = new SemaphoreSlim(parallelism);
        _keys = [key];
    }

    /// <summary>The position that the next page gets.</summary>
    internal uint Position { get; private set; }

    /// <summary>Data keys in use; the first is the layer's own. Read once the packer is drained.</summary>
    internal ImmutableArray<WrappedKey> Keys => [.. _keys];

    /// <summary>Distinct chunks. Read once the packer is drained.</summary>
    internal ImmutableArray<LayerChunk> Chunks => [.. _chunks];

    /// <summary>The data's chunks in order. Read once the packer is drained.</summary>
    internal ImmutableArray<int> Sequence => [.. _sequence];

    /// <summary>Adds a page; true when the chunk is full and must be cut before the next.</summary>
    internal bool Add(ReadOnlySpan<byte> page)
    {
        _buffer ??= ArrayPool<byte>.Shared.Rent(_pagesPerChunk * PageSize.Bytes);
        page.CopyTo(_buffer.AsSpan(_pages * PageSize.Bytes));
        _pages++;
        Position++;
        return _pages == _pagesPerChunk;
    }

    /// <summary>Ends the chunk that is being filled, if it has anything, and sends it on its way.</summary>
    internal async ValueTask CutAsync(CancellationToken cancellationToken)
    {
        if (_pages == 0)
        {
            return;
        }
        await _slots.WaitAsync(cancellationToken).ConfigureAwait(false);
        byte[] buffer = _buffer!;
        int length = _pages * PageSize.Bytes;
        _buffer = null;
        _pages = 0;
        int place;
        lock (_gate)
        {
            place = _sequence.Count;
            _sequence.Add(-1);
            if (place == StoreLimits.SequenceMax)
            {
                _fault ??= new IOException($"The layer's data has more than {StoreLimits.SequenceMax} chunks.");
            }
            if (_fault is not null)
            {
                ArrayPool<byte>.Shared.Return(buffer);
                _slots.Release();
            }
        }
        ThrowIfFailed();
        _ = Task.Run(() => StoreAsync(buffer, length, place), CancellationToken.None);
    }

    /// <summary>Cuts the last chunk and waits for all that are on their way.</summary>
    internal async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        await CutAsync(cancellationToken).ConfigureAwait(false);
        await TakeAllSlotsAsync().ConfigureAwait(false);
        _slots.Release(_slotCount);
        ThrowIfFailed();
    }

    public async ValueTask DisposeAsync()
    {
        await _failed.CancelAsync().ConfigureAwait(false);
        await TakeAllSlotsAsync().ConfigureAwait(false);
        if (_buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = null;
        }
        _failed.Dispose();
        _slots.Dispose();
    }

    // Tasks on their way hold a slot each; they end by themselves, quickly once _failed is cancelled.
    private async ValueTask TakeAllSlotsAsync()
    {
        for (int i = 0; i < _slotCount; i++)
        {
            await _slots.WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private void ThrowIfFailed()
    {
        lock (_gate)
        {
            if (_fault is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
            }
        }
    }

    private async Task StoreAsync(byte[] buffer, int length, int place)
    {
        try
        {
            await StoreAsync(buffer.AsMemory(0, length), place).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            lock (_gate)
            {
                _fault ??= e;
            }
            await _failed.CancelAsync().ConfigureAwait(false);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            _slots.Release();
        }
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> plaintext, int place)
    {
        int pages = plaintext.Length / PageSize.Bytes;
        if (_shared.Find(plaintext.Span) is { } found)
        {
            lock (_gate)
            {
                Claim(place, found.Id, new LayerChunk(found.Id, pages, found.SealedBytes, KeyIndexOf(found.Key), true));
            }
            return;
        }
        ChunkId id = _sealer.Name(plaintext.Span);
        int index;
        lock (_gate)
        {
            if (!Claim(place, id, new LayerChunk(id, pages, 0, 0, false)))
            {
                return;
            }
            index = _indexes[id];
        }
        byte[] sealedChunk = ArrayPool<byte>.Shared.Rent(ChunkSealer.SealedBytesMax(plaintext.Length));
        try
        {
            int sealedBytes = _sealer.Seal(id, plaintext.Span, sealedChunk);
            // An account's data key is new with its layer: nothing can be there under such a name yet.
            PutMode mode = _sealer.Keyspace.IsService ? PutMode.IfAbsent : PutMode.Replace;
            PutOutcome outcome = await _store
                .PutAsync(StoreName.For(id), sealedChunk.AsMemory(0, sealedBytes), mode, _failed.Token)
                .ConfigureAwait(false);
            lock (_gate)
            {
                _chunks[index] = new LayerChunk(id, pages, sealedBytes, 0, outcome == PutOutcome.AlreadyThere);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(sealedChunk);
        }
    }

    // False when the layer names this chunk already.
    private bool Claim(int place, ChunkId id, LayerChunk chunk)
    {
        bool isNew = !_indexes.TryGetValue(id, out int index);
        if (isNew)
        {
            index = _chunks.Count;
            if (index == StoreLimits.ChunksPerLayerMax)
            {
                throw new IOException($"The layer would have more than {StoreLimits.ChunksPerLayerMax} chunks.");
            }
            _indexes.Add(id, index);
            _chunks.Add(chunk);
        }
        _sequence[place] = index;
        return isNew;
    }

    private int KeyIndexOf(WrappedKey key)
    {
        int index = _keys.FindIndex(known => known.DataKeyId == key.DataKeyId);
        if (index < 0)
        {
            index = _keys.Count;
            _keys.Add(key);
        }
        return index;
    }
}
