using System.Buffers;

namespace Thaw.Store;

/// <summary>The pages of a layer's working set, as they are kept beside it. Safe for several threads.</summary>
public sealed class WorkingSetPages : IDisposable
{
    private readonly IChunkStore _store;
    private readonly StoreName _name;
    private readonly byte[] _head;
    private readonly WorkingSetCipher _cipher;

    internal WorkingSetPages(
        IChunkStore store, StoreName name, byte[] head, WorkingSetCipher cipher, IReadOnlyList<WorkingSetBlock> blocks)
    {
        _store = store;
        _name = name;
        _head = head;
        _cipher = cipher;
        Blocks = blocks;
    }

    /// <summary>Its parts, the pages that are touched first in the first one.</summary>
    public IReadOnlyList<WorkingSetBlock> Blocks { get; }

    /// <summary>Reads a part, and verifies it.</summary>
    /// <param name="index">Which of <see cref="Blocks"/>.</param>
    /// <param name="destination">For its pages, one behind the other.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether it was there and whole; nothing of the destination counts where it was not.</returns>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<bool> TryReadAsync(
        int index, Memory<byte> destination, CancellationToken cancellationToken)
    {
        WorkingSetBlock block = Blocks[index];
        int length = block.PageCount * Core.PageSize.Bytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, length, nameof(destination));
        byte[] buffer = ArrayPool<byte>.Shared.Rent(block.SealedBytes);
        try
        {
            Memory<byte> content = buffer.AsMemory(0, block.SealedBytes);
            StoreRead read = await _store
                .ReadAsync(_name, block.Offset, content, Freshness.Origin, cancellationToken).ConfigureAwait(false);
            return read.IsFound && read.Count == content.Length
                && _cipher.TryOpen(_head, (uint)index + 1, content.Span)
                && ZstdContexts.TryDecompress(
                    content.Span[..^WorkingSetCipher.TagBytes], destination.Span[..length], out int written)
                && written == length;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cipher.Dispose();
}
