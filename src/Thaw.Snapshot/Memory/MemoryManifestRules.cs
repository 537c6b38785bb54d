namespace Thaw.Snapshot;

/// <summary>What makes a memory manifest a consistent one.</summary>
internal static class MemoryManifestRules
{
    internal static void Require(MemoryManifest manifest)
    {
        Require(
            manifest.FileBytes <= SnapshotLimits.MemoryFileBytesMax
            && manifest.Ranges.Count <= SnapshotLimits.RegionCountMax
            && manifest.Runs.Count <= SnapshotLimits.PageRunCountMax,
            SnapshotFault.LimitExceeded,
            $"a file of {manifest.FileBytes} bytes, {manifest.Ranges.Count} ranges and {manifest.Runs.Count} page runs;"
            + $" the bounds are {SnapshotLimits.MemoryFileBytesMax}, {SnapshotLimits.RegionCountMax} and "
            + $"{SnapshotLimits.PageRunCountMax}");
        RequireAligned(manifest.FileBytes, "file length");
        RequireRanges(manifest);
        RequireRuns(manifest);
        RequireChecksums(manifest);
    }

    private static void RequireRanges(MemoryManifest manifest)
    {
        ulong guestEnd = 0;
        ulong fileEnd = 0;
        foreach (MemoryRange range in manifest.Ranges)
        {
            RequireAligned(range.GuestAddress | range.Length | range.FileOffset, "range");
            Require(
                range.Length > 0
                && range.GuestAddress >= guestEnd
                && range.GuestAddress <= SnapshotLimits.MemoryFileBytesMax
                && range.FileOffset >= fileEnd
                && range.FileOffset <= manifest.FileBytes
                && range.Length <= manifest.FileBytes - range.FileOffset,
                SnapshotFault.Malformed,
                $"a range at guest address 0x{range.GuestAddress:x} of 0x{range.Length:x} bytes at file offset "
                + $"0x{range.FileOffset:x}, which overlaps another or leaves the file of 0x{manifest.FileBytes:x} "
                + "bytes");
            guestEnd = range.GuestAddress + range.Length;
            fileEnd = range.FileOffset + range.Length;
        }
    }

    private static void RequireRuns(MemoryManifest manifest)
    {
        ulong filePages = manifest.FileBytes / MemoryManifest.PageBytes;
        ulong firstMin = 0;
        foreach (FilePageRun run in manifest.Runs)
        {
            Require(
                run.Count > 0
                && run.FirstPage >= firstMin
                && run.FirstPage < filePages
                && run.Count <= filePages - run.FirstPage,
                SnapshotFault.Malformed,
                $"a run of {run.Count} pages from page {run.FirstPage}, which touches another or leaves the file of "
                + $"{filePages} pages");
            firstMin = run.EndPage + 1;
        }
    }

    private static void RequireChecksums(MemoryManifest manifest)
    {
        if (manifest.BlockChecksums.Count == 0)
        {
            return;
        }

        int blocks = 0;
        ulong last = ulong.MaxValue;
        foreach (FilePageRun piece in manifest.RunsByBlock())
        {
            ulong block = piece.FirstPage / MemoryManifest.PagesPerBlock;
            blocks += block == last ? 0 : 1;
            last = block;
        }

        Require(
            blocks == manifest.BlockChecksums.Count,
            SnapshotFault.Malformed,
            $"{manifest.BlockChecksums.Count} checksums for {blocks} blocks with data");
    }

    private static void RequireAligned(ulong value, string what) => Require(
        value % MemoryManifest.PageBytes == 0,
        SnapshotFault.Malformed,
        $"a {what} that is not made of pages of {MemoryManifest.PageBytes} bytes");

    private static void Require(bool condition, SnapshotFault fault, string what)
    {
        if (!condition)
        {
            throw new SnapshotException(fault, $"Memory manifest has {what}.");
        }
    }
}
