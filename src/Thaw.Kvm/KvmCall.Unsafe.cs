using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Thaw.Linux;

namespace Thaw.Kvm;

/// <summary>ioctl(2) on KVM's descriptors with typed arguments.</summary>
internal static class KvmCall
{
    internal static int Plain(SafeFd fd, uint request, nuint argument, string name)
    {
        int result = Libc.Ioctl(fd.Number, request, argument);
        return result >= 0 ? result : Throw(name);
    }

    internal static Errno Try<T>(SafeFd fd, uint request, ref T argument, out int result)
        where T : unmanaged
    {
        // SAFETY: T is the request's own struct (its size is part of the request number) and is pinned for the call.
        unsafe
        {
            fixed (T* pointer = &argument)
            {
                result = Libc.Ioctl(fd.Number, request, pointer);
            }
        }
        return result >= 0 ? Errno.OK : Libc.LastErrno;
    }

    internal static int With<T>(SafeFd fd, uint request, ref T argument, string name)
        where T : unmanaged =>
        Try(fd, request, ref argument, out int result) == Errno.OK ? result : Throw(name);

    /// <summary>For variable-length structs: the buffer starts with the struct's header.</summary>
    internal static Errno TryBuffer(SafeFd fd, uint request, Span<byte> buffer, out int result)
    {
        // SAFETY: the callers size the buffer by the header's own count, and it is pinned for the call.
        unsafe
        {
            fixed (byte* pointer = buffer)
            {
                result = Libc.Ioctl(fd.Number, request, pointer);
            }
        }
        return result >= 0 ? Errno.OK : Libc.LastErrno;
    }

    internal static int Buffer(SafeFd fd, uint request, Span<byte> buffer, string name) =>
        TryBuffer(fd, request, buffer, out int result) == Errno.OK ? result : Throw(name);

    /// <summary>Reads a whole fixed-size struct as bytes, as snapshots keep it.</summary>
    internal static byte[] Get(SafeFd fd, uint request, int sizeBytes, string name)
    {
        byte[] bytes = new byte[sizeBytes];
        Buffer(fd, request, bytes, name);
        return bytes;
    }

    /// <summary>Writes a whole fixed-size struct from bytes; a wrong length is refused before the call.</summary>
    internal static void Set(SafeFd fd, uint request, ReadOnlySpan<byte> bytes, int sizeBytes, string name)
    {
        if (bytes.Length != sizeBytes)
        {
            throw new ArgumentException(
                $"{name} takes {sizeBytes} bytes, the state has {bytes.Length}.", nameof(bytes));
        }
        Buffer(fd, request, bytes.ToArray(), name);
    }

    internal static Span<byte> BytesOf<T>(ref T value)
        where T : unmanaged => MemoryMarshal.AsBytes(new Span<T>(ref value));

    [DoesNotReturn]
    private static int Throw(string name) => throw new LinuxException(Libc.LastErrno, name);
}
