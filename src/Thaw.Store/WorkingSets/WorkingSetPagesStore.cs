using System.Buffers.Binary;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// Keeps the pages of a working set beside their layer, in one object: a start reads them in a few large pieces, where
/// in their layers they lie in hundreds of chunks. What it keeps is a copy; without it a start is slower, and no more.
/// </summary>
public sealed class WorkingSetPagesStore
{
    /// <summary>Pages of one object at most: 128 MiB of memory.</summary>
    public const int PagesMax = 32 * 1024;

    /// <summary>Pages of a block, but for the last: 2 MiB.</summary>
    public const int BlockPages = 512;

    private const int MagicBytes = 16;
    private const int HeadBytes = MagicBytes + sizeof(ulong) + WorkingSetCipher.PrefixBytes;
    private const int FirstReadBytes = 64 * 1024;
    private const int RangeBytes = 8;
    private const int BlocksMax = PagesMax / BlockPages;
    private const int IndexBytesMax = 1024 + (RangeBytes * PagesMax) + WorkingSetCipher.TagBytes;

    private static readonly byte[] s_magic = [.. "THAWWSPG"u8, 1, 0, 0, 0, 0, 0, 0, 0];

    private readonly IWritableChunkStore _store;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;

    /// <summary>Keeps working sets' pages in a store.</summary>
    public WorkingSetPagesStore(IWritableChunkStore store, IKeyService keys, IEntropy entropy)
    {
        _store = store;
        _keys = keys;
        _entropy = entropy;
    }

    /// <summary>Whether there are pages of a layer.</summary>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<bool> HasAsync(LayerManifest layer, CancellationToken cancellationToken) =>
        await _store.FindAsync(NameOf(layer), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Keeps pages in place of what was there.</summary>
    /// <param name="layer">The layer that they are memory of, as it and its ancestors compose it.</param>
    /// <param name="space">The space that they are of.</param>
    /// <param name="pages">Their numbers in order, at most <see cref="PagesMax"/>.</param>
    /// <param name="read">Gives a page.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="KeyException">The layer's key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask SaveAsync(
        LayerManifest layer, string space, IReadOnlyList<uint> pages, PageCopy read,
        CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pages.Count, PagesMax, nameof(pages));
        byte[] head = new byte[HeadBytes];
        s_magic.CopyTo(head, 0);
        _entropy.Fill(head.AsSpan(HeadBytes - WorkingSetCipher.PrefixBytes));
        byte[][] blocks = [.. pages.Chunk(BlockPages).Select(part => Compress(part, read))];
        FieldWriter index = new();
        index.Text(space);
        index.UInt32((uint)blocks.Length);
        foreach ((uint[] part, byte[] block) in pages.Chunk(BlockPages).Zip(blocks))
        {
            List<PageRange> ranges = ToRanges(part);
            index.UInt32((uint)block.Length);
            index.UInt32((uint)ranges.Count);
            foreach (PageRange range in ranges)
            {
                index.UInt32(range.First);
                index.UInt32(range.Count);
            }
        }
        int indexBytes = index.Length + WorkingSetCipher.TagBytes;
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(MagicBytes), (uint)indexBytes);
        byte[] record = new byte[HeadBytes + indexBytes + blocks.Sum(block => block.Length)];
        head.CopyTo(record, 0);
        index.Written.CopyTo(record.AsSpan(HeadBytes));
        using DataKey key = await UnwrapAsync(layer, cancellationToken).ConfigureAwait(false);
        using (WorkingSetCipher cipher = new(key, layer.Id))
        {
            cipher.Seal(head, 0, record.AsSpan(HeadBytes, indexBytes));
            int at = HeadBytes + indexBytes;
            for (int i = 0; i < blocks.Length; i++)
            {
                blocks[i].CopyTo(record, at);
                cipher.Seal(head, (uint)i + 1, record.AsSpan(at, blocks[i].Length));
                at += blocks[i].Length;
            }
        }
        await _store.PutAsync(NameOf(layer), record, PutMode.Replace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a layer's pages; null where there are none of that space, or they are damaged.</summary>
    /// <exception cref="KeyException">The layer's key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<WorkingSetPages?> OpenAsync(
        LayerManifest layer, string space, CancellationToken cancellationToken)
    {
        LayerSpace? known = layer.Spaces.FirstOrDefault(one => one.Name == space);
        (byte[] Head, byte[] Index, long ObjectBytes)? found =
            await ReadIndexAsync(NameOf(layer), cancellationToken).ConfigureAwait(false);
        if (known is null || found is not var (head, index, objectBytes))
        {
            return null;
        }
        using DataKey key = await UnwrapAsync(layer, cancellationToken).ConfigureAwait(false);
        WorkingSetCipher cipher = new(key, layer.Id);
        IReadOnlyList<WorkingSetBlock>? blocks = cipher.TryOpen(head, 0, index)
            ? Decode(
                index.AsSpan(0, index.Length - WorkingSetCipher.TagBytes), known, HeadBytes + index.Length, objectBytes)
            : null;
        if (blocks is null)
        {
            cipher.Dispose();
            return null;
        }
        return new WorkingSetPages(_store, NameOf(layer), head, cipher, blocks);
    }

    private static StoreName NameOf(LayerManifest layer) => StoreName.For(StoreArea.WorkingSetPages, layer.Id);

    private static byte[] Compress(uint[] pages, PageCopy read)
    {
        byte[] plain = new byte[pages.Length * PageSize.Bytes];
        for (int i = 0; i < pages.Length; i++)
        {
            read(pages[i], plain.AsSpan(i * PageSize.Bytes, PageSize.Bytes));
        }
        // What does not compress grows by little: a header for each 128 KiB (RFC 8878, section 3.1.1).
        byte[] room = new byte[plain.Length + (plain.Length / 256) + 1024];
        return ZstdContexts.TryCompress(plain, room, out int written)
            ? [.. room.AsSpan(0, written), .. new byte[WorkingSetCipher.TagBytes]]
            : throw new InvalidOperationException($"{plain.Length} bytes did not compress into {room.Length}.");
    }

    private static List<PageRange> ToRanges(uint[] pages)
    {
        List<PageRange> ranges = [];
        foreach (uint page in pages)
        {
            if (ranges.Count > 0 && ranges[^1].End == page)
            {
                ranges[^1] = ranges[^1] with { Count = ranges[^1].Count + 1 };
            }
            else
            {
                ranges.Add(new PageRange(page, 1));
            }
        }
        return ranges;
    }

    private static List<WorkingSetBlock>? Decode(
        ReadOnlySpan<byte> index, LayerSpace space, long offset, long objectBytes)
    {
        FieldReader reader = new(index);
        if (reader.Text(StoreLimits.SpaceNameBytesMax) != space.Name)
        {
            return null;
        }
        int count = reader.Count(BlocksMax, RangeBytes);
        List<WorkingSetBlock> blocks = new(count);
        for (int i = 0; i < count; i++)
        {
            uint sealedBytes = reader.UInt32();
            int ranges = reader.Count(BlockPages, RangeBytes);
            List<PageRange> pages = new(ranges);
            ulong total = 0;
            for (int j = 0; j < ranges; j++)
            {
                PageRange range = new(reader.UInt32(), reader.UInt32());
                pages.Add(range);
                total += range.Count;
                if (range.Count == 0 || range.End > (ulong)space.PageCount)
                {
                    return null;
                }
            }
            if (total is 0 or > BlockPages || sealedBytes < WorkingSetCipher.TagBytes
                || offset + sealedBytes > objectBytes)
            {
                return null;
            }
            blocks.Add(new WorkingSetBlock(pages, (int)total, offset, (int)sealedBytes));
            offset += sealedBytes;
        }
        return reader.IsGood && reader.Remaining == 0 ? blocks : null;
    }

    private async ValueTask<(byte[] Head, byte[] Index, long ObjectBytes)?> ReadIndexAsync(
        StoreName name, CancellationToken cancellationToken)
    {
        byte[] first = new byte[FirstReadBytes];
        StoreRead read = await _store.ReadAsync(name, 0, first, Freshness.Origin, cancellationToken)
            .ConfigureAwait(false);
        if (!read.IsFound || read.Count < HeadBytes || read.ObjectBytes > StoreLimits.ObjectBytesMax
            || !first.AsSpan().StartsWith(s_magic))
        {
            return null;
        }
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(first.AsSpan(MagicBytes));
        if (length > IndexBytesMax || HeadBytes + length > read.ObjectBytes)
        {
            return null;
        }
        byte[] index = new byte[length];
        int there = Math.Min((int)length, read.Count - HeadBytes);
        first.AsSpan(HeadBytes, there).CopyTo(index);
        if (there < index.Length)
        {
            StoreRead rest = await _store
                .ReadAsync(name, HeadBytes + there, index.AsMemory(there), Freshness.Origin, cancellationToken)
                .ConfigureAwait(false);
            if (!rest.IsFound || rest.Count != index.Length - there)
            {
                return null;
            }
        }
        return (first[..HeadBytes], index, read.ObjectBytes);
    }

    private ValueTask<DataKey> UnwrapAsync(LayerManifest layer, CancellationToken cancellationToken) =>
        _keys.UnwrapAsync(layer.Header.Keyspace, layer.Header.Keys[0], cancellationToken);
}
