using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>An open file descriptor, owned.</summary>
public class SafeFd : SafeHandle
{
    /// <summary>Takes ownership of <paramref name="fd"/>.</summary>
    internal SafeFd(int fd)
        : base(-1, ownsHandle: true) => SetHandle(fd);

    /// <inheritdoc/>
    public override bool IsInvalid => handle == -1;

    /// <summary>The number, for a call that keeps this object alive meanwhile.</summary>
    internal int Number => (int)handle;

    /// <summary>Opens a file.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public static SafeFd Open(string path, FileOpen how)
    {
        int flags = Libc.O_CLOEXEC | how switch
        {
            FileOpen.Read => Libc.O_RDONLY,
            FileOpen.ReadWrite => Libc.O_RDWR,
            FileOpen.Write => Libc.O_WRONLY,
            FileOpen.CreateNew => Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL,
            FileOpen.CreateOrTruncate => Libc.O_RDWR | Libc.O_CREAT | Libc.O_TRUNC,
            _ => throw new ArgumentOutOfRangeException(nameof(how)),
        };
        int fd = Libc.Open(path, flags, mode: 0x180); // 0600
        return fd >= 0 ? new SafeFd(fd) : throw new LinuxException(Libc.LastErrno, $"open {path}");
    }

    /// <summary>Reads once; 0 bytes with <see cref="Errno.OK"/> is end of file.</summary>
    public Errno TryRead(Span<byte> buffer, out int count)
    {
        // SAFETY: the span is pinned for the call and its length bounds the kernel's write.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                return Result(Libc.Read(Number, pointer, (nuint)buffer.Length), out count);
            }
        }
    }

    /// <summary>Writes once; may write less than asked.</summary>
    public Errno TryWrite(ReadOnlySpan<byte> buffer, out int count)
    {
        // SAFETY: the span is pinned for the call and its length bounds the kernel's read.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                return Result(Libc.Write(Number, pointer, (nuint)buffer.Length), out count);
            }
        }
    }

    /// <summary>Reads once at <paramref name="offset"/> bytes into the file.</summary>
    public Errno TryReadAt(Span<byte> buffer, long offset, out int count)
    {
        // SAFETY: as TryRead.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                return Result(Libc.ReadAt(Number, pointer, (nuint)buffer.Length, offset), out count);
            }
        }
    }

    /// <summary>Writes once at <paramref name="offset"/> bytes into the file.</summary>
    public Errno TryWriteAt(ReadOnlySpan<byte> buffer, long offset, out int count)
    {
        // SAFETY: as TryWrite.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                return Result(Libc.WriteAt(Number, pointer, (nuint)buffer.Length, offset), out count);
            }
        }
    }

    /// <summary>The file's length in bytes; block devices too.</summary>
    /// <exception cref="LinuxException">Not seekable.</exception>
    public long Length()
    {
        long end = Libc.Seek(Number, 0, Libc.SEEK_END);
        return end >= 0 ? end : throw new LinuxException(Libc.LastErrno, "lseek");
    }

    /// <summary>Sets the file's length; growth is a hole.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void SetLength(long lengthBytes)
    {
        if (Libc.Truncate(Number, lengthBytes) != 0)
        {
            throw new LinuxException(Libc.LastErrno, "ftruncate");
        }
    }

    /// <summary>Flushes the file to its device (fsync).</summary>
    public Errno TrySync() => Libc.Sync(Number) == 0 ? Errno.OK : Libc.LastErrno;

    /// <inheritdoc/>
    protected override bool ReleaseHandle() => Libc.Close((int)handle) == 0;

    private static Errno Result(nint returned, out int count)
    {
        count = returned < 0 ? 0 : (int)returned;
        return returned < 0 ? Libc.LastErrno : Errno.OK;
    }
}
