using System.Runtime.CompilerServices;
using Thaw.Linux;

namespace Thaw.Memory;

/// <summary>Copies in and out, and I/O straight between descriptors and guest memory.</summary>
public sealed partial class GuestMemory
{
    /// <summary>Copies guest memory out; false when the range is not guest memory.</summary>
    public bool TryRead(GuestAddress address, Span<byte> destination)
    {
        if (!TryFind(address, (ulong)destination.Length, out GuestRegion? region))
        {
            return false;
        }
        // SAFETY: TryFind proved that the whole range lies in the region's live mapping.
        unsafe
        {
            new ReadOnlySpan<byte>(Pointer(region, address), destination.Length).CopyTo(destination);
        }
        return true;
    }

    /// <summary>Copies into guest memory; false when the range is not writable guest memory.</summary>
    public bool TryWrite(GuestAddress address, ReadOnlySpan<byte> source)
    {
        if (!TryFindWritable(address, (ulong)source.Length, out GuestRegion? region))
        {
            return false;
        }
        // SAFETY: as TryRead, and the mapping is writable.
        unsafe
        {
            source.CopyTo(new Span<byte>(Pointer(region, address), source.Length));
        }
        return true;
    }

    /// <summary>Fills a range with zeros; false when it is not writable guest memory.</summary>
    public bool TryClear(GuestAddress address, ulong lengthBytes)
    {
        if (lengthBytes > int.MaxValue || !TryFindWritable(address, lengthBytes, out GuestRegion? region))
        {
            return false;
        }
        // SAFETY: as TryWrite.
        unsafe
        {
            new Span<byte>(Pointer(region, address), (int)lengthBytes).Clear();
        }
        return true;
    }

    /// <summary>
    /// Reads a little-endian integer in one load with acquire order; <typeparamref name="T"/> is ushort, uint or ulong.
    /// False when out of memory or not naturally aligned.
    /// </summary>
    public bool TryLoad<T>(GuestAddress address, out T value)
        where T : unmanaged
    {
        value = default;
        if ((address.Value & (ulong)(Unsafe.SizeOf<T>() - 1)) != 0
            || !TryFind(address, (ulong)Unsafe.SizeOf<T>(), out GuestRegion? region))
        {
            return false;
        }
        // SAFETY: in the live mapping (TryFind) and naturally aligned, so a single load.
        unsafe
        {
            byte* pointer = Pointer(region, address);
            value = Unsafe.SizeOf<T>() switch
            {
                2 => Unsafe.BitCast<ushort, T>(Volatile.Read(ref *(ushort*)pointer)),
                4 => Unsafe.BitCast<uint, T>(Volatile.Read(ref *(uint*)pointer)),
                8 => Unsafe.BitCast<ulong, T>(Volatile.Read(ref *(ulong*)pointer)),
                _ => throw new NotSupportedException(typeof(T).Name),
            };
        }
        return true;
    }

    /// <summary>Writes a little-endian integer in one store with release order; conditions as for TryLoad.</summary>
    public bool TryStore<T>(GuestAddress address, T value)
        where T : unmanaged
    {
        if ((address.Value & (ulong)(Unsafe.SizeOf<T>() - 1)) != 0
            || !TryFindWritable(address, (ulong)Unsafe.SizeOf<T>(), out GuestRegion? region))
        {
            return false;
        }
        // SAFETY: in the live writable mapping and naturally aligned, so a single store.
        unsafe
        {
            byte* pointer = Pointer(region, address);
            switch (Unsafe.SizeOf<T>())
            {
                case 2: Volatile.Write(ref *(ushort*)pointer, Unsafe.BitCast<T, ushort>(value)); break;
                case 4: Volatile.Write(ref *(uint*)pointer, Unsafe.BitCast<T, uint>(value)); break;
                case 8: Volatile.Write(ref *(ulong*)pointer, Unsafe.BitCast<T, ulong>(value)); break;
                default: throw new NotSupportedException(typeof(T).Name);
            }
        }
        return true;
    }

    /// <summary>read(2) straight into guest memory. EFAULT when the range is not writable guest memory.</summary>
    public Errno TryReadFrom(SafeFd source, GuestAddress address, int lengthBytes, out int count)
    {
        count = 0;
        if (lengthBytes < 0 || !TryFindWritable(address, (ulong)lengthBytes, out GuestRegion? region))
        {
            return Errno.EFAULT;
        }
        // SAFETY: the span covers a part of the region's live writable mapping.
        unsafe
        {
            return source.TryRead(new Span<byte>(Pointer(region, address), lengthBytes), out count);
        }
    }

    /// <summary>pread(2) straight into guest memory. EFAULT when the range is not writable guest memory.</summary>
    public Errno TryReadFromAt(SafeFd source, long offset, GuestAddress address, int lengthBytes, out int count)
    {
        count = 0;
        if (lengthBytes < 0 || !TryFindWritable(address, (ulong)lengthBytes, out GuestRegion? region))
        {
            return Errno.EFAULT;
        }
        // SAFETY: as TryReadFrom.
        unsafe
        {
            return source.TryReadAt(new Span<byte>(Pointer(region, address), lengthBytes), offset, out count);
        }
    }

    /// <summary>write(2), or send(2) without SIGPIPE for sockets, straight from guest memory.</summary>
    public Errno TryWriteTo(SafeFd target, GuestAddress address, int lengthBytes, out int count)
    {
        count = 0;
        if (lengthBytes < 0 || !TryFind(address, (ulong)lengthBytes, out GuestRegion? region))
        {
            return Errno.EFAULT;
        }
        // SAFETY: the span covers a part of the region's live mapping.
        unsafe
        {
            ReadOnlySpan<byte> bytes = new(Pointer(region, address), lengthBytes);
            return target is UnixSocket socket ? socket.TrySend(bytes, out count) : target.TryWrite(bytes, out count);
        }
    }

    /// <summary>pwrite(2) straight from guest memory.</summary>
    public Errno TryWriteToAt(SafeFd target, long offset, GuestAddress address, int lengthBytes, out int count)
    {
        count = 0;
        if (lengthBytes < 0 || !TryFind(address, (ulong)lengthBytes, out GuestRegion? region))
        {
            return Errno.EFAULT;
        }
        // SAFETY: as TryWriteTo.
        unsafe
        {
            return target.TryWriteAt(new ReadOnlySpan<byte>(Pointer(region, address), lengthBytes), offset, out count);
        }
    }

    private static unsafe byte* Pointer(GuestRegion region, GuestAddress address) =>
        (byte*)region.Mapping.Address + (address.Value - region.Start.Value);
}
