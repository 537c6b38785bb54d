namespace Thaw.Linux;

/// <summary>
/// Decompresses zstd frames with the system's libzstd into buffers whose size the caller sets: hostile frames cannot
/// make it write more, and whole frames into whole buffers need no window of their own. Not for several threads at
/// once.
/// </summary>
public sealed class ZstdDecompressor : IDisposable
{
    private readonly SafeZstdHandle _context = SafeZstdHandle.Decompressor();

    /// <summary>Decompresses the frames in <paramref name="source"/>, all of it.</summary>
    /// <param name="source">Whole frames.</param>
    /// <param name="destination">Where to; its length bounds the output.</param>
    /// <param name="written">How much came out.</param>
    /// <returns>False when the data is not zstd, is damaged or truncated, or has more output than fits.</returns>
    public bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
    {
        bool isReferenced = false;
        try
        {
            _context.DangerousAddRef(ref isReferenced);
            nuint result;
            // SAFETY: both spans are pinned for the call, their lengths bound what the library reads and writes, and
            // the reference taken above keeps the context alive.
            unsafe
            {
                fixed (byte* from = source, to = destination)
                {
                    result = Libc.ZstdDecompress(
                        _context.DangerousGetHandle(), to, (nuint)destination.Length, from, (nuint)source.Length);
                }
            }
            bool isGood = Libc.ZstdIsError(result) == 0;
            written = isGood ? checked((int)result) : 0;
            return isGood;
        }
        finally
        {
            if (isReferenced)
            {
                _context.DangerousRelease();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _context.Dispose();
}
