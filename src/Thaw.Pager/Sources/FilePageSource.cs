using Microsoft.Win32.SafeHandles;
using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Pager.Sources;

/// <summary>A plain memory file as the only layer; its holes are zero.</summary>
internal sealed class FilePageSource : IPageSource
{
    private const int ChunkPages = 32;

    private readonly SafeFileHandle _file;
    private readonly string _path;

    /// <exception cref="SourceException">No such file, or its length is none of guest memory.</exception>
    internal FilePageSource(string path)
    {
        _path = Path.GetFullPath(path);
        try
        {
            _file = File.OpenHandle(path);
            long length = RandomAccess.GetLength(_file);
            if (length <= 0 || length % PageSize.Bytes != 0 || length / PageSize.Bytes > PagerLimits.PagesMax)
            {
                throw new SourceException(
                    $"Memory file {path} has {length} bytes; it takes a multiple of {PageSize.Bytes}.", false);
            }
            PageCount = (uint)(length / PageSize.Bytes);
            Layers = [$"file:{_path}:{length}:{File.GetLastWriteTimeUtc(_file).Ticks}"];
            Runs = FindRuns(path, length);
        }
        catch (Exception e) when (e is not SourceException and (IOException or UnauthorizedAccessException))
        {
            _file?.Dispose();
            throw new SourceException($"Memory file {path} cannot be used: {e.Message}", isTransient: false, e);
        }
        catch
        {
            _file?.Dispose();
            throw;
        }
    }

    public IReadOnlyList<string> Layers { get; }

    public uint PageCount { get; }

    public int PagesPerChunk => ChunkPages;

    public IReadOnlyList<SourceRun> Runs { get; }

    public ChunkRef ChunkOf(uint page) => new(0, (int)(page / ChunkPages));

    public IEnumerable<ChunkRun> PagesOf(ChunkRef chunk)
    {
        uint first = (uint)chunk.Index * ChunkPages;
        uint end = Math.Min(first + ChunkPages, PageCount);
        for (int i = RunSearch.IndexOf(Runs, first); i < Runs.Count && Runs[i].First < end; i++)
        {
            uint from = Math.Max(Runs[i].First, first);
            if (!Runs[i].IsZero)
            {
                yield return new ChunkRun(from, Math.Min(Runs[i].End, end) - from, (int)(from - first));
            }
        }
    }

    public async ValueTask<ChunkLoad> LoadAsync(
        ChunkRef chunk, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long offset = (long)chunk.Index * ChunkPages * PageSize.Bytes;
        int wanted = (int)Math.Min(ChunkPages * (long)PageSize.Bytes, ((long)PageCount * PageSize.Bytes) - offset);
        try
        {
            for (int done = 0; done < wanted;)
            {
                int count = await RandomAccess
                    .ReadAsync(_file, destination[done..wanted], offset + done, cancellationToken)
                    .ConfigureAwait(false);
                if (count == 0)
                {
                    throw new SourceException($"Memory file {_path} ended at {offset + done} bytes.", false);
                }
                done += count;
            }
        }
        catch (Exception e) when (e is not SourceException and IOException)
        {
            throw new SourceException($"Memory file {_path} cannot be read: {e.Message}", isTransient: true, e);
        }
        return new ChunkLoad(wanted, 0);
    }

    public void Dispose() => _file.Dispose();

    // A file system gives whole blocks of its own, which are not smaller than a page.
    private static List<SourceRun> FindRuns(string path, long length)
    {
        List<SourceRun> runs = [];
        long at = 0;
        foreach ((long offset, long lengthBytes) in SparseFile.FindData(path))
        {
            long data = Math.Clamp(offset & ~(long)(PageSize.Bytes - 1), at, length);
            long hole = (long)PageSize.AlignUp((ulong)(offset + lengthBytes), PageSize.Bytes);
            Add(runs, at, data, isZero: true);
            at = Math.Clamp(hole, data, length);
            Add(runs, data, at, isZero: false);
        }
        Add(runs, at, length, isZero: true);
        return runs;
    }

    private static void Add(List<SourceRun> runs, long from, long to, bool isZero)
    {
        if (to > from)
        {
            runs.Add(new SourceRun((uint)(from / PageSize.Bytes), (uint)((to - from) / PageSize.Bytes), 0, isZero));
        }
    }
}
