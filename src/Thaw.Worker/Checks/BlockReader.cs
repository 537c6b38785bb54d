using Thaw.Core;
using Thaw.Worker.Layers;

namespace Thaw.Worker.Checks;

/// <summary>Reads content in blocks that overlap, so that nothing lies across two of them.</summary>
internal static class BlockReader
{
    private const int BlockBytes = 4 << 20;

    /// <summary>Looks at every block of a stream, to its end.</summary>
    /// <param name="stream">What to read.</param>
    /// <param name="overlap">How many bytes of a block are seen again before those of the next one.</param>
    /// <param name="look">Gets the offset of a block's first byte in the content, and the block.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many bytes there were.</returns>
    internal static Task<long> ReadAsync(
        Stream stream, int overlap, Action<long, ReadOnlyMemory<byte>> look, CancellationToken cancellationToken) =>
        ReadAsync(
            room => stream.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, cancellationToken),
            overlap, look);

    /// <summary>Looks at every block of a part of a snapshot.</summary>
    /// <param name="part">What to read.</param>
    /// <param name="overlap">How many bytes of a block are seen again before those of the next one.</param>
    /// <param name="look">Gets the offset of a block's first byte in the content, and the block.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many bytes there were.</returns>
    internal static Task<long> ReadAsync(
        SnapshotPart part, int overlap, Action<long, ReadOnlyMemory<byte>> look, CancellationToken cancellationToken)
    {
        long at = 0;
        return ReadAsync(
            async room =>
            {
                int count = (int)Math.Min(room.Length, part.LengthBytes - at);
                if (count > 0)
                {
                    await part.Pages.ReadAsync((uint)(at / PageSize.Bytes), room, cancellationToken)
                        .ConfigureAwait(false);
                    at += count;
                }
                return count;
            },
            overlap, look);
    }

    private static async Task<long> ReadAsync(
        Func<Memory<byte>, ValueTask<int>> readBlock, int overlap, Action<long, ReadOnlyMemory<byte>> look)
    {
        byte[] buffer = new byte[BlockBytes + overlap];
        long total = 0;
        int kept = 0;
        while (true)
        {
            int read = await readBlock(buffer.AsMemory(kept, BlockBytes)).ConfigureAwait(false);
            if (read == 0)
            {
                return total;
            }
            int size = kept + read;
            // Guest memory is mostly zeros, which nobody looks for.
            if (buffer.AsSpan(0, size).ContainsAnyExcept((byte)0))
            {
                look(total - kept, buffer.AsMemory(0, size));
            }
            total += read;
            kept = Math.Min(size, overlap);
            buffer.AsSpan(size - kept, kept).CopyTo(buffer);
        }
    }
}
