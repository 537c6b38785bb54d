using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>zstd.h and zstd_errors.h of the system's libzstd (1.4 and later: the stable interface only).</summary>
internal static partial class Libc
{
    internal const string ZstdLibrary = "libzstd.so.1";

    internal const int ZSTD_c_compressionLevel = 100;
    internal const int ZSTD_c_contentSizeFlag = 200;
    internal const int ZSTD_c_checksumFlag = 201;
    internal const int ZSTD_error_dstSize_tooSmall = 70;

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_createCCtx")]
    internal static partial nint ZstdCreateCompressor();

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_freeCCtx")]
    internal static partial nuint ZstdFreeCompressor(nint context);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_CCtx_setParameter")]
    internal static partial nuint ZstdSetCompression(nint context, int parameter, int value);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_compress2")]
    internal static unsafe partial nuint ZstdCompress(
        nint context, byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_createDCtx")]
    internal static partial nint ZstdCreateDecompressor();

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_freeDCtx")]
    internal static partial nuint ZstdFreeDecompressor(nint context);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_decompressDCtx")]
    internal static unsafe partial nuint ZstdDecompress(
        nint context, byte* destination, nuint destinationBytes, byte* source, nuint sourceBytes);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_isError")]
    internal static partial uint ZstdIsError(nuint code);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_getErrorName")]
    internal static partial nint ZstdErrorName(nuint code);

    [LibraryImport(ZstdLibrary, EntryPoint = "ZSTD_versionNumber")]
    internal static partial uint ZstdVersion();

    /// <summary>An error's number as zstd_errors.h has it: the library returns it negated.</summary>
    internal static int ZstdErrorNumber(nuint code) => unchecked((int)(0 - code));

    /// <summary>An error's name in the library's words.</summary>
    internal static string ZstdErrorText(nuint code) => Marshal.PtrToStringUTF8(ZstdErrorName(code)) ?? "unknown";
}
