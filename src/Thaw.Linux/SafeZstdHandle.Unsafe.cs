using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>A compression or decompression context of libzstd, owned.</summary>
internal sealed class SafeZstdHandle : SafeHandle
{
    private readonly bool _isCompressor;

    private SafeZstdHandle(nint context, bool isCompressor)
        : base(0, ownsHandle: true)
    {
        _isCompressor = isCompressor;
        SetHandle(context);
    }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == 0;

    internal static SafeZstdHandle Compressor() => Checked(Libc.ZstdCreateCompressor(), isCompressor: true);

    internal static SafeZstdHandle Decompressor() => Checked(Libc.ZstdCreateDecompressor(), isCompressor: false);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        nuint code = _isCompressor ? Libc.ZstdFreeCompressor(handle) : Libc.ZstdFreeDecompressor(handle);
        return Libc.ZstdIsError(code) == 0;
    }

    private static SafeZstdHandle Checked(nint context, bool isCompressor) =>
        context != 0
            ? new SafeZstdHandle(context, isCompressor)
            : throw new LinuxException(Errno.ENOMEM, "create a zstd context");
}
