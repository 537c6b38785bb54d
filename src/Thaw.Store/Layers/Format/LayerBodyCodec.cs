using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>Bytes of a manifest's sealed part, before compression (docs/formats/chunk-store.md).</summary>
internal static class LayerBodyCodec
{
    private const int ChunkBytes = 8;
    private const int RunBytes = 12;
    private const int SpaceBytesMin = 16;
    private const byte SharedFlag = 1;

    internal static byte[] Encode(LayerManifest manifest)
    {
        FieldWriter writer = new();
        writer.UInt32((uint)manifest.PagesPerChunk);
        writer.UInt64((ulong)manifest.Totals.OwnPages);
        writer.UInt64((ulong)manifest.Totals.ZeroPages);
        writer.UInt64((ulong)manifest.Totals.BytesStored);
        writer.UInt64((ulong)manifest.Totals.BytesShared);
        writer.UInt32((uint)manifest.Chunks.Length);
        foreach (LayerChunk chunk in manifest.Chunks)
        {
            writer.UInt32((uint)chunk.SealedBytes);
            writer.UInt16((ushort)chunk.Pages);
            writer.Byte((byte)chunk.KeyIndex);
            writer.Byte(chunk.IsShared ? SharedFlag : (byte)0);
        }
        writer.UInt32((uint)manifest.Sequence.Length);
        foreach (int index in manifest.Sequence)
        {
            writer.UInt32((uint)index);
        }
        writer.UInt32((uint)manifest.Spaces.Length);
        foreach (LayerSpace space in manifest.Spaces)
        {
            EncodeSpace(writer, space);
        }
        WorkingSetCodec.Encode(writer, manifest.WorkingSet, manifest.Spaces);
        return writer.ToArray();
    }

    /// <exception cref="LayerException">A field that no writer makes.</exception>
    internal static LayerManifest Decode(LayerHeader header, ReadOnlySpan<byte> body)
    {
        FieldReader reader = new(body);
        int pagesPerChunk = (int)Math.Min(reader.UInt32(), int.MaxValue);
        LayerTotals totals = new(Int64(ref reader), Int64(ref reader), Int64(ref reader), Int64(ref reader));
        if (pagesPerChunk is < 1 or > StoreLimits.PagesPerChunkMax)
        {
            reader.Fail();
        }
        ImmutableArray<LayerChunk> chunks = DecodeChunks(ref reader, header, pagesPerChunk);
        ImmutableArray<int> sequence = DecodeSequence(ref reader, chunks, out long dataPages);
        ImmutableArray<LayerSpace> spaces = DecodeSpaces(ref reader, header, dataPages);
        ImmutableArray<WorkingSetEntry> workingSet = WorkingSetCodec.Decode(ref reader, spaces);
        return reader.IsGood && reader.Remaining == 0
            ? new LayerManifest(header, pagesPerChunk, chunks, sequence, spaces, workingSet, totals)
            : throw new LayerException(LayerFault.Malformed, header.Id, "has a manifest body that no writer makes");
    }

    private static long Int64(ref FieldReader reader)
    {
        ulong value = reader.UInt64();
        if (value > long.MaxValue)
        {
            reader.Fail();
        }
        return (long)value;
    }

    private static ImmutableArray<LayerChunk> DecodeChunks(
        ref FieldReader reader, LayerHeader header, int pagesPerChunk)
    {
        int count = reader.Count(StoreLimits.ChunksPerLayerMax, ChunkBytes);
        if (count != header.ChunkIds.Length)
        {
            reader.Fail();
            return [];
        }
        ImmutableArray<LayerChunk>.Builder chunks = ImmutableArray.CreateBuilder<LayerChunk>(count);
        for (int i = 0; i < count; i++)
        {
            uint sealedBytes = reader.UInt32();
            int pages = reader.UInt16();
            int keyIndex = reader.Byte();
            byte flags = reader.Byte();
            bool isGood = pages >= 1 && pages <= pagesPerChunk && keyIndex < header.Keys.Length && flags <= SharedFlag
                && sealedBytes <= ChunkSealer.SealedBytesMax(StoreLimits.ChunkBytesMax);
            if (!isGood)
            {
                reader.Fail();
            }
            chunks.Add(new LayerChunk(header.ChunkIds[i], pages, (int)sealedBytes, keyIndex, flags == SharedFlag));
        }
        return chunks.MoveToImmutable();
    }

    private static ImmutableArray<int> DecodeSequence(
        ref FieldReader reader, ImmutableArray<LayerChunk> chunks, out long dataPages)
    {
        dataPages = 0;
        int count = reader.Count(StoreLimits.SequenceMax, sizeof(uint));
        ImmutableArray<int>.Builder sequence = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count && reader.IsGood; i++)
        {
            uint index = reader.UInt32();
            if (index >= chunks.Length)
            {
                reader.Fail();
                return [];
            }
            sequence.Add((int)index);
            dataPages += chunks[(int)index].Pages;
        }
        return sequence.ToImmutable();
    }

    private static ImmutableArray<LayerSpace> DecodeSpaces(ref FieldReader reader, LayerHeader header, long dataPages)
    {
        int count = reader.Count(StoreLimits.SpacesMax, SpaceBytesMin);
        ImmutableArray<LayerSpace>.Builder spaces = ImmutableArray.CreateBuilder<LayerSpace>(count);
        HashSet<string> names = new(StringComparer.Ordinal);
        for (int i = 0; i < count && reader.IsGood; i++)
        {
            LayerSpace space = DecodeSpace(ref reader);
            bool isComplete = space.Map.StoredPages + space.Map.ZeroPages == space.PageCount;
            bool mayInherit = space.IsInherited && !header.ParentId.IsNone;
            bool isGood = reader.IsGood && names.Add(space.Name) && space.Map.IsGood(space.PageCount, dataPages)
                && (isComplete || mayInherit);
            if (!isGood)
            {
                reader.Fail();
            }
            spaces.Add(space);
        }
        return spaces.ToImmutable();
    }

    private static LayerSpace DecodeSpace(ref FieldReader reader)
    {
        string name = reader.Text(StoreLimits.SpaceNameBytesMax);
        ulong lengthBytes = reader.UInt64();
        byte isInherited = reader.Byte();
        if (!LayerSpace.IsGoodName(name) || lengthBytes > StoreLimits.SpaceBytesMax || isInherited > 1)
        {
            reader.Fail();
        }
        int count = reader.Count(StoreLimits.RunsPerSpaceMax, RunBytes);
        ImmutableArray<PageMapRun>.Builder runs = ImmutableArray.CreateBuilder<PageMapRun>(count);
        for (int i = 0; i < count; i++)
        {
            runs.Add(new PageMapRun(reader.UInt32(), reader.UInt32(), reader.UInt32()));
        }
        return new LayerSpace(
            name, (long)Math.Min(lengthBytes, long.MaxValue), isInherited == 1, new PageMap(runs.ToImmutable()));
    }

    private static void EncodeSpace(FieldWriter writer, LayerSpace space)
    {
        writer.Text(space.Name);
        writer.UInt64((ulong)space.LengthBytes);
        writer.Byte(space.IsInherited ? (byte)1 : (byte)0);
        writer.UInt32((uint)space.Map.Runs.Length);
        foreach (PageMapRun run in space.Map.Runs)
        {
            writer.UInt32(run.First);
            writer.UInt32(run.Count);
            writer.UInt32(run.Position);
        }
    }
}
