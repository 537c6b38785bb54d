using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>
/// Writes a snapshot's memory file: the RAM regions one behind the other, pages without data left as holes.
/// </summary>
internal sealed class MemoryFileWriter
{
    private const int ChunkPages = 64;

    private readonly GuestMemory _memory;
    private readonly IReadOnlyList<GuestRegion> _ram;
    private readonly byte[] _buffer = new byte[ChunkPages * PageSize.Bytes];

    internal MemoryFileWriter(GuestMemory memory, IReadOnlyList<GuestRegion> ram)
    {
        _memory = memory;
        _ram = ram;
    }

    /// <summary>Where each region lies in the file.</summary>
    internal static IReadOnlyList<MemoryRange> RangesOf(IReadOnlyList<GuestRegion> ram)
    {
        List<MemoryRange> ranges = [];
        ulong offset = 0;
        foreach (GuestRegion region in ram)
        {
            ranges.Add(new MemoryRange(region.Start.Value, region.LengthBytes, offset));
            offset += region.LengthBytes;
        }
        return ranges;
    }

    /// <summary>Writes the marked pages of each region to <paramref name="path"/>, whole or not at all.</summary>
    /// <param name="path">The file, replaced if it exists.</param>
    /// <param name="pages">Per region, which pages to write.</param>
    /// <param name="baseId">What a diff lies over, or none.</param>
    /// <param name="keepZeroPages">
    /// Whether pages of zeros are data: in a diff they hide the base's, in a full snapshot a hole says the same.
    /// </param>
    /// <exception cref="LinuxException">The file cannot be written.</exception>
    internal MemoryManifest Write(
        string path, IReadOnlyList<DirtyBitmap> pages, SnapshotId baseId, bool keepZeroPages)
    {
        IReadOnlyList<MemoryRange> ranges = RangesOf(_ram);
        ulong fileBytes = ranges[^1].FileOffset + ranges[^1].Length;
        MemoryManifestBuilder manifest = new(baseId, fileBytes, ranges);
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        SafeFd opened = SafeFd.Open(temporary, FileOpen.CreateOrTruncate);
        try
        {
            using (SafeFd file = opened)
            {
                file.SetLength((long)fileBytes);
                for (int i = 0; i < _ram.Count; i++)
                {
                    foreach (PageRun run in pages[i].Runs())
                    {
                        WriteRun(file, _ram[i], ranges[i], run, manifest, keepZeroPages);
                    }
                }
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
        return manifest.Build();
    }

    private void WriteRun(
        SafeFd file, GuestRegion region, MemoryRange range, PageRun run, MemoryManifestBuilder manifest,
        bool keepZeroPages)
    {
        for (ulong done = 0; done < run.Count; done += ChunkPages)
        {
            ulong first = run.First + done;
            int count = (int)Math.Min(ChunkPages, run.Count - done);
            Span<byte> chunk = _buffer.AsSpan(0, count * PageSize.Bytes);
            Invariant.That(_memory.TryRead(region.Start.Add(first * PageSize.Bytes), chunk));
            WriteChunk(file, range.FileOffset / PageSize.Bytes + first, chunk, manifest, keepZeroPages);
        }
    }

    /// <summary>Writes the stretches of a chunk that hold data.</summary>
    private static void WriteChunk(
        SafeFd file, ulong firstPage, ReadOnlySpan<byte> chunk, MemoryManifestBuilder manifest, bool keepZeroPages)
    {
        int count = chunk.Length / PageSize.Bytes;
        int page = 0;
        while (page < count)
        {
            int start = page;
            while (page < count && (keepZeroPages || !IsZero(chunk, page)))
            {
                page++;
            }
            if (page > start)
            {
                ReadOnlySpan<byte> data = chunk[(start * PageSize.Bytes)..(page * PageSize.Bytes)];
                WriteAll(file, data, (long)(firstPage + (ulong)start) * PageSize.Bytes);
                manifest.Append(firstPage + (ulong)start, data);
            }
            while (page < count && !keepZeroPages && IsZero(chunk, page))
            {
                page++;
            }
        }
    }

    private static bool IsZero(ReadOnlySpan<byte> chunk, int page) =>
        !chunk.Slice(page * PageSize.Bytes, PageSize.Bytes).ContainsAnyExcept((byte)0);

    private static void WriteAll(SafeFd file, ReadOnlySpan<byte> data, long offset)
    {
        while (data.Length > 0)
        {
            Errno errno = file.TryWriteAt(data, offset, out int written);
            if (errno is not (Errno.OK or Errno.EINTR))
            {
                throw new LinuxException(errno, "write to the snapshot's memory file");
            }
            data = data[written..];
            offset += written;
        }
    }
}
