namespace Thaw.Snapshot;

/// <summary>Makes a <see cref="MemoryManifest"/> while the memory file is written, pages ascending.</summary>
public sealed class MemoryManifestBuilder
{
    private readonly SnapshotId _baseId;
    private readonly ulong _fileBytes;
    private readonly IReadOnlyList<MemoryRange> _ranges;
    private readonly List<FilePageRun> _runs = [];
    private readonly List<uint> _checksums = [];
    private Crc32C _crc;
    private ulong _crcBlock = ulong.MaxValue;
    private bool _withoutChecksums;

    /// <summary>Starts a manifest without pages.</summary>
    public MemoryManifestBuilder(SnapshotId baseId, ulong fileBytes, IReadOnlyList<MemoryRange> ranges)
    {
        _baseId = baseId;
        _fileBytes = fileBytes;
        _ranges = ranges;
    }

    /// <summary>Bytes of data so far.</summary>
    public ulong PresentBytes { get; private set; }

    /// <summary>
    /// Adds pages with their content. <paramref name="firstPage"/> lies behind all pages added before.
    /// </summary>
    /// <exception cref="ArgumentException">Not whole pages, or not ascending.</exception>
    public void Append(ulong firstPage, ReadOnlySpan<byte> pages)
    {
        if (pages.Length % MemoryManifest.PageBytes != 0)
        {
            throw new ArgumentException($"{pages.Length} bytes are not whole pages.", nameof(pages));
        }

        AddRun(firstPage, (ulong)pages.Length / MemoryManifest.PageBytes);
        while (pages.Length > 0)
        {
            ulong block = firstPage / MemoryManifest.PagesPerBlock;
            ulong pagesLeft = (block + 1) * MemoryManifest.PagesPerBlock - firstPage;
            int length = (int)Math.Min((ulong)pages.Length, pagesLeft * MemoryManifest.PageBytes);
            EnterBlock(block);
            _crc.Append(pages[..length]);
            pages = pages[length..];
            firstPage += (ulong)length / MemoryManifest.PageBytes;
        }
    }

    /// <summary>Adds pages without their content: the manifest will have no checksums.</summary>
    /// <exception cref="ArgumentException">Not ascending.</exception>
    public void AppendUnverified(FilePageRun run)
    {
        _withoutChecksums = true;
        AddRun(run.FirstPage, run.Count);
    }

    /// <summary>The manifest of all that was added.</summary>
    /// <exception cref="SnapshotException">It is not a consistent one.</exception>
    public MemoryManifest Build()
    {
        EnterBlock(ulong.MaxValue);
        return new MemoryManifest(_baseId, _fileBytes, _ranges, [.. _runs], _withoutChecksums ? [] : [.. _checksums]);
    }

    private void AddRun(ulong firstPage, ulong count)
    {
        if (count == 0)
        {
            return;
        }

        FilePageRun last = _runs.Count > 0 ? _runs[^1] : default;
        if (_runs.Count > 0 && firstPage < last.EndPage)
        {
            throw new ArgumentException($"Page {firstPage} comes after page {last.EndPage - 1}.", nameof(firstPage));
        }

        if (_runs.Count > 0 && firstPage == last.EndPage)
        {
            _runs[^1] = last with { Count = last.Count + count };
        }
        else
        {
            _runs.Add(new FilePageRun(firstPage, count));
        }

        PresentBytes += count * MemoryManifest.PageBytes;
    }

    private void EnterBlock(ulong block)
    {
        if (block == _crcBlock)
        {
            return;
        }

        if (_crcBlock != ulong.MaxValue)
        {
            _checksums.Add(_crc.Value);
        }

        _crc = default;
        _crcBlock = block;
    }
}
