using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>What a layer consists of. Never changed; format: docs/formats/chunk-store.md.</summary>
public sealed class LayerManifest
{
    private readonly uint[] _starts;

    internal LayerManifest(
        LayerHeader header,
        int pagesPerChunk,
        ImmutableArray<LayerChunk> chunks,
        ImmutableArray<int> sequence,
        ImmutableArray<LayerSpace> spaces,
        ImmutableArray<WorkingSetEntry> workingSet,
        LayerTotals totals)
    {
        Header = header;
        PagesPerChunk = pagesPerChunk;
        Chunks = chunks;
        Sequence = sequence;
        Spaces = spaces;
        WorkingSet = workingSet;
        Totals = totals;
        _starts = new uint[sequence.Length + 1];
        for (int i = 0; i < sequence.Length; i++)
        {
            _starts[i + 1] = checked(_starts[i] + (uint)chunks[sequence[i]].Pages);
        }
    }

    /// <summary>The part that is readable without a key.</summary>
    public LayerHeader Header { get; }

    /// <summary>The layer's name.</summary>
    public LayerId Id => Header.Id;

    /// <summary>Pages in a full chunk.</summary>
    public int PagesPerChunk { get; }

    /// <summary>The distinct chunks.</summary>
    public ImmutableArray<LayerChunk> Chunks { get; }

    /// <summary>
    /// The layer's data: chunks by their index, one behind the other. A chunk may come more than once.
    /// </summary>
    public ImmutableArray<int> Sequence { get; }

    /// <summary>The spaces that the layer describes.</summary>
    public ImmutableArray<LayerSpace> Spaces { get; }

    /// <summary>Pages to load first, in order; empty when nothing is known.</summary>
    public ImmutableArray<WorkingSetEntry> WorkingSet { get; }

    /// <summary>What the layer weighs.</summary>
    public LayerTotals Totals { get; }

    /// <summary>Length of the layer's data in pages.</summary>
    public uint DataPages => _starts[^1];

    /// <summary>Finds a space; null when the layer does not describe it.</summary>
    public LayerSpace? FindSpace(string name) => Spaces.FirstOrDefault(space => space.Name == name);

    /// <summary>Finds the chunk that has a page of the layer's data.</summary>
    public ChunkPosition Locate(uint position)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, DataPages);
        int found = Array.BinarySearch(_starts, position);
        // Chunks have pages, so that no two starts are equal.
        int index = found >= 0 ? found : ~found - 1;
        return new ChunkPosition(index, (int)(position - _starts[index]));
    }

    /// <summary>Where in the layer's data a chunk begins.</summary>
    /// <param name="sequenceIndex">Index in <see cref="Sequence"/>.</param>
    public uint StartOf(int sequenceIndex) => _starts[sequenceIndex];

    /// <summary>The same layer under another header.</summary>
    internal LayerManifest With(LayerHeader header) =>
        new(header, PagesPerChunk, Chunks, Sequence, Spaces, WorkingSet, Totals);
}
