using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>A range of this process's address space made by mmap(2), owned.</summary>
public sealed class SafeMappingHandle : SafeHandle
{
    private SafeMappingHandle(nint address, ulong lengthBytes)
        : base(-1, ownsHandle: true)
    {
        SetHandle(address);
        LengthBytes = lengthBytes;
    }

    /// <summary>Length of the range in bytes.</summary>
    public ulong LengthBytes { get; }

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>Start of the range in this process.</summary>
    internal nint Address => handle;

    /// <summary>Anonymous private zero memory, taken from the system page by page on first touch.</summary>
    /// <exception cref="LinuxException">No address space.</exception>
    public static SafeMappingHandle Anonymous(ulong lengthBytes) =>
        Create(lengthBytes, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS | Libc.MAP_NORESERVE, null, 0);

    /// <summary>A file's bytes; writes stay in this process.</summary>
    /// <exception cref="LinuxException">The file cannot be mapped.</exception>
    public static SafeMappingHandle PrivateFile(SafeFd file, long offset, ulong lengthBytes) =>
        Create(lengthBytes, Libc.MAP_PRIVATE | Libc.MAP_NORESERVE, file, offset);

    /// <summary>A file's bytes, shared with all others that map it.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Where in the file, page-aligned.</param>
    /// <param name="lengthBytes">How much.</param>
    /// <param name="writable">Whether stores are allowed; they reach the file.</param>
    /// <exception cref="LinuxException">The file cannot be mapped.</exception>
    public static SafeMappingHandle SharedFile(SafeFd file, long offset, ulong lengthBytes, bool writable) =>
        Create(lengthBytes, Libc.MAP_SHARED, file, offset, writable);

    /// <summary>Replaces a part of this mapping by a view of a file.</summary>
    /// <param name="at">Offset in this mapping, page-aligned.</param>
    /// <param name="file">The file.</param>
    /// <param name="fileOffset">Where in the file, page-aligned.</param>
    /// <param name="lengthBytes">How much; inside this mapping.</param>
    /// <param name="isShared">Whether writes reach the file; else they stay in this process.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void OverlayFile(ulong at, SafeFd file, long fileOffset, ulong lengthBytes, bool isShared = false)
    {
        if (at > LengthBytes || lengthBytes > LengthBytes - at)
        {
            throw new ArgumentOutOfRangeException(nameof(at));
        }
        const int Protection = Libc.PROT_READ | Libc.PROT_WRITE;
        int flags = (isShared ? Libc.MAP_SHARED : Libc.MAP_PRIVATE) | Libc.MAP_FIXED | Libc.MAP_NORESERVE;
        nint mapped = Libc.Map(handle + (nint)at, (nuint)lengthBytes, Protection, flags, file.Number, fileOffset);
        if (mapped == -1)
        {
            throw new LinuxException(Libc.LastErrno, "mmap");
        }
    }

    /// <summary>
    /// Asks for base pages only: a large page would make a sparse guest's memory dense, and zeroing one is slow where
    /// memory is emulated. Advice, so a kernel without it is no error.
    /// </summary>
    public void AvoidLargePages() => _ = TryAdvise(0, LengthBytes, Libc.MADV_NOHUGEPAGE);

    /// <summary>Advises the kernel about a part (madvise(2)).</summary>
    internal Errno TryAdvise(ulong at, ulong lengthBytes, int advice) =>
        Libc.Advise(handle + (nint)at, (nuint)lengthBytes, advice) == 0 ? Errno.OK : Libc.LastErrno;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Unmap(handle, (nuint)LengthBytes) == 0;

    private static SafeMappingHandle Create(
        ulong lengthBytes, int flags, SafeFd? file, long offset, bool writable = true)
    {
        int protection = Libc.PROT_READ | (writable ? Libc.PROT_WRITE : 0);
        nint address = Libc.Map(0, (nuint)lengthBytes, protection, flags, file?.Number ?? -1, offset);
        return address != -1
            ? new SafeMappingHandle(address, lengthBytes)
            : throw new LinuxException(Libc.LastErrno, $"mmap of {lengthBytes} bytes");
    }
}
