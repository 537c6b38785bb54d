using Thaw.Memory;

namespace Thaw.Devices.Tests.Harness;

/// <summary>Guest memory of its own for a test, and a place to take buffers from.</summary>
internal sealed class TestMemory : IDisposable
{
    internal const ulong Start = 0x10_0000;

    private readonly GuestRegion _region;
    private ulong _next = Start;

    internal TestMemory(ulong lengthBytes = 16 * 1024 * 1024)
    {
        _region = GuestRam.Anonymous(new GuestAddress(Start), lengthBytes);
        Guest = new GuestMemory(_region);
    }

    internal GuestMemory Guest { get; }

    internal ulong End => _region.End.Value;

    internal ulong Allocate(ulong lengthBytes, ulong alignment = 16)
    {
        ulong address = (_next + alignment - 1) & ~(alignment - 1);
        _next = address + lengthBytes;
        Assert.True(_next <= End, "The test's guest memory is used up.");
        return address;
    }

    internal GuestBuffer Readable(ReadOnlySpan<byte> bytes)
    {
        ulong address = Allocate((ulong)bytes.Length);
        Write(address, bytes);
        return new GuestBuffer(address, (uint)bytes.Length, false);
    }

    internal GuestBuffer Writable(uint lengthBytes) => new(Allocate(lengthBytes), lengthBytes, true);

    internal void Write(ulong address, ReadOnlySpan<byte> bytes) =>
        Assert.True(Guest.TryWrite(new GuestAddress(address), bytes));

    internal byte[] Read(ulong address, int lengthBytes)
    {
        byte[] bytes = new byte[lengthBytes];
        Assert.True(Guest.TryRead(new GuestAddress(address), bytes));
        return bytes;
    }

    internal byte[] Read(GuestBuffer buffer) => Read(buffer.Address, (int)buffer.LengthBytes);

    internal ushort Load(ulong address)
    {
        Assert.True(Guest.TryLoad(new GuestAddress(address), out ushort value));
        return value;
    }

    internal void Store(ulong address, ushort value) =>
        Assert.True(Guest.TryStore(new GuestAddress(address), value));

    public void Dispose() => _region.Mapping.Dispose();
}
