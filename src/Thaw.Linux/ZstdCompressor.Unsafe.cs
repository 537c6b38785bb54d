namespace Thaw.Linux;

/// <summary>
/// Compresses whole buffers into zstd frames with the system's libzstd. Not for several threads at once; a context is
/// costly (some hundred KiB), so that callers keep and reuse it.
/// </summary>
public sealed class ZstdCompressor : IDisposable
{
    private readonly SafeZstdHandle _context;

    /// <summary>Creates a context.</summary>
    /// <param name="level">From 1, the quickest, to 19; negative levels are quicker still.</param>
    /// <exception cref="LinuxException">No memory, or a level that the library refuses.</exception>
    public ZstdCompressor(int level)
    {
        _context = SafeZstdHandle.Compressor();
        Set(Libc.ZSTD_c_compressionLevel, level);
        // Whoever stores the frame has its own record of its length and its own checksum.
        Set(Libc.ZSTD_c_contentSizeFlag, 0);
        Set(Libc.ZSTD_c_checksumFlag, 0);
        Level = level;
    }

    /// <summary>The level given.</summary>
    public int Level { get; }

    /// <summary>The library's version, as 10504 for 1.5.4.</summary>
    public static int LibraryVersion => (int)Libc.ZstdVersion();

    /// <summary>Compresses <paramref name="source"/> into one frame.</summary>
    /// <param name="source">What to compress.</param>
    /// <param name="destination">Where to; its length bounds the frame.</param>
    /// <param name="written">The frame's length.</param>
    /// <returns>False when the frame does not fit: the data does not compress that well.</returns>
    /// <exception cref="LinuxException">The library failed for another reason.</exception>
    public bool TryCompress(ReadOnlySpan<byte> source, Span<byte> destination, out int written)
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
                    result = Libc.ZstdCompress(
                        _context.DangerousGetHandle(), to, (nuint)destination.Length, from, (nuint)source.Length);
                }
            }
            if (Libc.ZstdIsError(result) == 0)
            {
                written = checked((int)result);
                return true;
            }
            written = 0;
            return Libc.ZstdErrorNumber(result) == Libc.ZSTD_error_dstSize_tooSmall
                ? false
                : throw new LinuxException(Errno.EIO, $"zstd compression ({Libc.ZstdErrorText(result)})");
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

    private void Set(int parameter, int value)
    {
        nuint result = Libc.ZstdSetCompression(_context.DangerousGetHandle(), parameter, value);
        if (Libc.ZstdIsError(result) != 0)
        {
            _context.Dispose();
            throw new LinuxException(
                Errno.EINVAL, $"set zstd parameter {parameter} to {value} ({Libc.ZstdErrorText(result)})");
        }
    }
}
