using Microsoft.Win32.SafeHandles;

namespace Thaw.Snapshot;

/// <summary>Checks that a memory file is the one that a manifest describes.</summary>
public static class MemoryFileVerifier
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>Refuses a memory file of another length than the manifest's. Cheap: reads nothing.</summary>
    /// <exception cref="SnapshotException">The length differs.</exception>
    public static void RequireLength(SafeFileHandle file, MemoryManifest manifest)
    {
        long length = RandomAccess.GetLength(file);
        if ((ulong)length != manifest.FileBytes)
        {
            throw new SnapshotException(
                SnapshotFault.MemoryMismatch,
                $"Memory file has {length} bytes, its snapshot says {manifest.FileBytes}.");
        }
    }

    /// <summary>Reads all pages that hold data and compares each block's checksum.</summary>
    /// <exception cref="SnapshotException">Length or a checksum differs, or the manifest has no checksums.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static void Verify(SafeFileHandle file, MemoryManifest manifest)
    {
        RequireLength(file, manifest);
        if (!manifest.HasChecksums)
        {
            throw new SnapshotException(
                SnapshotFault.MemoryMismatch,
                "Snapshot was written without memory checksums, so its memory file cannot be verified.");
        }

        byte[] buffer = new byte[BufferBytes];
        Crc32C crc = default;
        int index = -1;
        ulong block = ulong.MaxValue;
        foreach (FilePageRun piece in manifest.RunsByBlock())
        {
            ulong pieceBlock = piece.FirstPage / MemoryManifest.PagesPerBlock;
            if (pieceBlock != block)
            {
                RequireChecksum(manifest, index, block, crc.Value);
                block = pieceBlock;
                crc = default;
                index++;
            }

            AppendPiece(file, piece, buffer, ref crc);
        }

        RequireChecksum(manifest, index, block, crc.Value);
    }

    private static void AppendPiece(SafeFileHandle file, FilePageRun piece, byte[] buffer, ref Crc32C crc)
    {
        long offset = (long)piece.FirstPage * MemoryManifest.PageBytes;
        long end = (long)piece.EndPage * MemoryManifest.PageBytes;
        while (offset < end)
        {
            int count = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - offset)), offset);
            if (count == 0)
            {
                throw new SnapshotException(
                    SnapshotFault.Truncated, $"Memory file ends at offset {offset}, its snapshot needs it to {end}.");
            }

            crc.Append(buffer.AsSpan(0, count));
            offset += count;
        }
    }

    private static void RequireChecksum(MemoryManifest manifest, int index, ulong block, uint computed)
    {
        if (index >= 0 && manifest.BlockChecksums[index] != computed)
        {
            throw new SnapshotException(
                SnapshotFault.ChecksumMismatch,
                $"Memory file's block at offset 0x{block * MemoryManifest.BlockBytes:x} has checksum {computed:x8}, "
                + $"its snapshot says {manifest.BlockChecksums[index]:x8}.");
        }
    }
}
