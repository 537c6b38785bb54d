using System.Collections.Concurrent;
using Thaw.Core;
using Thaw.Pager.Sources;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>A source that counts its loads and fails or waits as a test says.</summary>
internal sealed class TestSource : IPageSource
{
    private readonly LayeredMemory _memory;
    private readonly TestLayer[] _leafFirst;
    private int _loads;

    internal TestSource(LayeredMemory memory)
    {
        _memory = memory;
        _leafFirst = [.. memory.Layers.Reverse()];
        Layers = [.. _leafFirst.Select(layer => layer.Name)];
        List<SourceRun> runs = [];
        for (uint page = 0; page < memory.PageCount; page++)
        {
            int owner = OwnerOf(page);
            bool isZero = _leafFirst[owner].IsZero(page);
            if (runs.Count > 0 && runs[^1].Layer == owner && runs[^1].IsZero == isZero)
            {
                runs[^1] = runs[^1] with { Count = runs[^1].Count + 1 };
            }
            else
            {
                runs.Add(new SourceRun(page, 1, owner, isZero));
            }
        }
        Runs = runs;
    }

    public IReadOnlyList<string> Layers { get; }

    public uint PageCount => _memory.PageCount;

    public int PagesPerChunk => _memory.PagesPerChunk;

    public IReadOnlyList<SourceRun> Runs { get; }

    /// <summary>Loads that were asked for, the failed ones too.</summary>
    internal int Loads => Volatile.Read(ref _loads);

    /// <summary>Each chunk that was loaded, as often as it was.</summary>
    internal ConcurrentQueue<ChunkRef> Loaded { get; } = new();

    internal bool IsDisposed { get; private set; }

    /// <summary>Called before each load with its number from 1 on; may throw or wait.</summary>
    internal Func<int, CancellationToken, Task> BeforeLoad { get; set; } = (_, _) => Task.CompletedTask;

    public ChunkRef ChunkOf(uint page)
    {
        int owner = OwnerOf(page);
        return new ChunkRef(owner, _leafFirst[owner].Stored.ToList().IndexOf(page) / PagesPerChunk);
    }

    public IEnumerable<ChunkRun> PagesOf(ChunkRef chunk)
    {
        TestLayer layer = _leafFirst[chunk.Layer];
        for (int i = 0; i < PagesPerChunk; i++)
        {
            int at = (chunk.Index * PagesPerChunk) + i;
            if (at < layer.Stored.Count && OwnerOf(layer.Stored[at]) == chunk.Layer)
            {
                yield return new ChunkRun(layer.Stored[at], 1, i);
            }
        }
    }

    public async ValueTask<ChunkLoad> LoadAsync(
        ChunkRef chunk, Memory<byte> destination, CancellationToken cancellationToken)
    {
        await BeforeLoad(Interlocked.Increment(ref _loads), cancellationToken).ConfigureAwait(false);
        TestLayer layer = _leafFirst[chunk.Layer];
        int bytes = 0;
        foreach (uint page in layer.Stored.Skip(chunk.Index * PagesPerChunk).Take(PagesPerChunk))
        {
            layer.Content(page).CopyTo(destination[bytes..]);
            bytes += PageSize.Bytes;
        }
        Loaded.Enqueue(chunk);
        return new ChunkLoad(bytes / 2, bytes / 4);
    }

    public void Dispose() => IsDisposed = true;

    private int OwnerOf(uint page) => Array.FindIndex(_leafFirst, layer => layer.Holds(page));
}
