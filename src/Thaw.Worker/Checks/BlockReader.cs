namespace Thaw.Worker.Checks;

/// <summary>Reads a stream in blocks that overlap, so that nothing lies across two of them.</summary>
internal static class BlockReader
{
    private const int BlockBytes = 4 << 20;

    /// <summary>Looks at every block.</summary>
    /// <param name="stream">What to read, to its end.</param>
    /// <param name="overlap">How many bytes of a block are seen again before those of the next one.</param>
    /// <param name="look">Gets the offset of a block's first byte in the stream, and the block.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many bytes the stream had.</returns>
    internal static async Task<long> ReadAsync(
        Stream stream, int overlap, Action<long, ReadOnlyMemory<byte>> look, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[BlockBytes + overlap];
        long total = 0;
        int kept = 0;
        while (true)
        {
            int read = await stream.ReadAtLeastAsync(
                buffer.AsMemory(kept, BlockBytes), BlockBytes, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
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
