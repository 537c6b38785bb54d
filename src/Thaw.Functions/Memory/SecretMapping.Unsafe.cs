using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Thaw.Functions.Memory;

/// <summary>A mapped memory file of the name <c>wipeonsuspend</c>, which Thaw empties before each snapshot.</summary>
internal sealed class SecretMapping : SafeHandle
{
    private const string Name = "wipeonsuspend";
    private readonly int _size;

    private SecretMapping(nint address, int size)
        : base(Libc.MAP_FAILED, ownsHandle: true)
    {
        _size = size;
        SetHandle(address);
    }

    public override bool IsInvalid => handle == Libc.MAP_FAILED;

    /// <summary>Maps a new one, of zeros.</summary>
    internal static SecretMapping Create(int size)
    {
        // The mapping outlives the descriptor.
        using SafeFileHandle file = Libc.MemFdCreate(Name, Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        Require(!file.IsInvalid, "create");
        Require(Libc.Truncate(file, size) == 0, "size");
        // Nobody can cut the file short under the mapping. Holes can still be made: that is how it is emptied.
        const nint Seals = Libc.F_SEAL_SHRINK | Libc.F_SEAL_GROW | Libc.F_SEAL_SEAL;
        Require(Libc.Control(file, Libc.F_ADD_SEALS, Seals) == 0, "seal");
        nint address = Libc.Map(0, (nuint)size, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, file, 0);
        Require(address != Libc.MAP_FAILED, "map");
        var mapping = new SecretMapping(address, size);
        if (Libc.Advise(address, (nuint)size, Libc.MADV_DONTDUMP) != 0)
        {
            mapping.Dispose();
            Require(false, "keep out of core dumps");
        }

        return mapping;
    }

    internal bool IsSet(int at)
    {
        using Lease lease = new(this);
        return Volatile.Read(ref lease.Bytes(at, 1)[0]) != 0;
    }

    internal void Set(int at, bool value)
    {
        using Lease lease = new(this);
        Volatile.Write(ref lease.Bytes(at, 1)[0], value ? (byte)1 : (byte)0);
        // What is stored next is stored after it.
        Interlocked.MemoryBarrier();
    }

    internal void Clear(int at, int count)
    {
        using Lease lease = new(this);
        lease.Bytes(at, count).Clear();
    }

    internal void Read(int at, Span<byte> destination)
    {
        using Lease lease = new(this);
        lease.Bytes(at, destination.Length).CopyTo(destination);
        Interlocked.MemoryBarrier();
    }

    internal void Write(int at, ReadOnlySpan<byte> source)
    {
        using Lease lease = new(this);
        source.CopyTo(lease.Bytes(at, source.Length));
    }

    internal void Use<TState>(int at, int count, TState state, ReadOnlySpanAction<byte, TState> action)
    {
        using Lease lease = new(this);
        action(lease.Bytes(at, count), state);
    }

    protected override bool ReleaseHandle() => Libc.Unmap(handle, (nuint)_size) == 0;

    private static void Require(bool done, string what)
    {
        if (!done)
        {
            throw new IOException($"Cannot {what} a memory file: {Marshal.GetLastPInvokeErrorMessage()}.");
        }
    }

    /// <summary>Keeps the mapping there while its bytes are looked at.</summary>
    private readonly ref struct Lease : IDisposable
    {
        private readonly SecretMapping _mapping;

        internal Lease(SecretMapping mapping)
        {
            bool taken = false;
            mapping.DangerousAddRef(ref taken);
            _mapping = mapping;
        }

        internal Span<byte> Bytes(int at, int count)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(at);
            ArgumentOutOfRangeException.ThrowIfNegative(count);
            ArgumentOutOfRangeException.ThrowIfGreaterThan((long)at + count, _mapping._size);
            // SAFETY: the range is within the mapping, which is there as long as this lease, and so is the span.
            unsafe
            {
                return new Span<byte>((byte*)_mapping.handle + at, count);
            }
        }

        public void Dispose() => _mapping.DangerousRelease();
    }
}
