namespace Thaw.Snapshot;

/// <summary>
/// What is in a snapshot's memory file: the guest's RAM regions one behind the other, and which of its pages hold data.
/// Other
/// pages are holes: zero in a full snapshot, the base snapshot's in a diff.
/// </summary>
public sealed record MemoryManifest : ISnapshotState<MemoryManifest>
{
    /// <summary>Size of a page.</summary>
    public const int PageBytes = 4096;

    /// <summary>Size of a block, the unit of checksums; blocks are aligned in the file.</summary>
    public const int BlockBytes = 2 * 1024 * 1024;

    internal const int PagesPerBlock = BlockBytes / PageBytes;

    /// <summary>Creates a manifest and checks that it is one.</summary>
    /// <exception cref="SnapshotException">Ranges or runs overlap, are unsorted, out of the file, or over a
    /// bound.</exception>
    public MemoryManifest(
        SnapshotId baseId,
        ulong fileBytes,
        IReadOnlyList<MemoryRange> ranges,
        IReadOnlyList<FilePageRun> runs,
        IReadOnlyList<uint> blockChecksums)
    {
        BaseId = baseId;
        FileBytes = fileBytes;
        Ranges = ranges;
        Runs = runs;
        BlockChecksums = blockChecksums;
        MemoryManifestRules.Require(this);
    }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <summary>The snapshot that a diff lies over; <see cref="SnapshotId.None"/> for a full snapshot.</summary>
    public SnapshotId BaseId { get; }

    /// <summary>Length of the memory file.</summary>
    public ulong FileBytes { get; }

    /// <summary>The guest's memory, ascending by guest address and by file offset.</summary>
    public IReadOnlyList<MemoryRange> Ranges { get; }

    /// <summary>Pages that hold data, ascending, with a gap between each two runs.</summary>
    public IReadOnlyList<FilePageRun> Runs { get; }

    /// <summary>
    /// CRC-32C of each block that holds data, ascending: over the block's present pages only. Empty when the writer did
    /// not
    /// compute them.
    /// </summary>
    public IReadOnlyList<uint> BlockChecksums { get; }

    /// <summary>Whether the memory file can be verified.</summary>
    public bool HasChecksums => BlockChecksums.Count > 0 || Runs.Count == 0;

    /// <summary>Number of pages that hold data.</summary>
    public ulong PresentPages => Runs.Aggregate(0UL, (sum, run) => sum + run.Count);

    /// <summary>Bytes of guest memory.</summary>
    public ulong GuestBytes => Ranges.Aggregate(0UL, (sum, range) => sum + range.Length);

    /// <summary>The runs, cut at block borders: each piece lies in one block.</summary>
    public IEnumerable<FilePageRun> RunsByBlock()
    {
        foreach (FilePageRun run in Runs)
        {
            ulong first = run.FirstPage;
            while (first < run.EndPage)
            {
                ulong end = Math.Min(run.EndPage, (first / PagesPerBlock + 1) * PagesPerBlock);
                yield return new FilePageRun(first, end - first);
                first = end;
            }
        }
    }

    /// <summary>
    /// Refuses a diff that does not lie over <paramref name="baseId"/>, and a full snapshot used as a diff.
    /// </summary>
    /// <exception cref="SnapshotException">The base is another one; the message has both.</exception>
    public void RequireBase(SnapshotId baseId)
    {
        if (BaseId != baseId)
        {
            throw new SnapshotException(
                SnapshotFault.MemoryMismatch,
                $"Snapshot's memory lies over snapshot {BaseId}, the base given is {baseId}.");
        }
    }

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.U32(PageBytes);
        writer.U32(BlockBytes);
        writer.Id(BaseId);
        writer.U64(FileBytes);
        writer.Count(Ranges.Count);
        foreach (MemoryRange range in Ranges)
        {
            writer.U64(range.GuestAddress);
            writer.U64(range.Length);
            writer.U64(range.FileOffset);
        }

        writer.Count(Runs.Count);
        foreach (FilePageRun run in Runs)
        {
            writer.U64(run.FirstPage);
            writer.U64(run.Count);
        }

        writer.Count(BlockChecksums.Count);
        foreach (uint checksum in BlockChecksums)
        {
            writer.U32(checksum);
        }
    }

    /// <inheritdoc/>
    public static MemoryManifest Decode(StateReader reader, ushort version)
    {
        uint pageBytes = reader.U32();
        uint blockBytes = reader.U32();
        if (pageBytes != PageBytes || blockBytes != BlockBytes)
        {
            throw reader.Malformed(
                $"pages of {pageBytes} and blocks of {blockBytes} bytes where {PageBytes} and {BlockBytes} belong");
        }

        SnapshotId baseId = reader.Id();
        ulong fileBytes = reader.U64();
        MemoryRange[] ranges = new MemoryRange[reader.Count(SnapshotLimits.RegionCountMax, elementBytes: 24)];
        for (int i = 0; i < ranges.Length; i++)
        {
            ranges[i] = new MemoryRange(reader.U64(), reader.U64(), reader.U64());
        }

        FilePageRun[] runs = new FilePageRun[reader.Count(SnapshotLimits.PageRunCountMax, elementBytes: 16)];
        for (int i = 0; i < runs.Length; i++)
        {
            runs[i] = new FilePageRun(reader.U64(), reader.U64());
        }

        const int BlockCountMax = (int)(SnapshotLimits.MemoryFileBytesMax / BlockBytes);
        uint[] checksums = new uint[reader.Count(BlockCountMax, elementBytes: 4)];
        for (int i = 0; i < checksums.Length; i++)
        {
            checksums[i] = reader.U32();
        }

        return new MemoryManifest(baseId, fileBytes, ranges, runs, checksums);
    }
}
