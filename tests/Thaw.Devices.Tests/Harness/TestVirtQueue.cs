using System.Buffers.Binary;

namespace Thaw.Devices.Tests.Harness;

/// <summary>The driver's side of a split virtqueue, as virtio 1.2 section 2.7 tells drivers to do it.</summary>
internal sealed class TestVirtQueue
{
    internal const ushort FlagNext = 1;
    internal const ushort FlagWrite = 2;
    internal const ushort FlagIndirect = 4;

    private readonly TestMemory _memory;
    private readonly Stack<ushort> _free = new();
    private readonly Dictionary<ushort, ushort[]> _chains = [];
    private readonly bool _usesEventIndex;
    private ushort _available;
    private ushort _used;
    private ushort _notifiedAvailable;

    internal TestVirtQueue(TestMemory memory, ushort size, bool usesEventIndex)
    {
        _memory = memory;
        _usesEventIndex = usesEventIndex;
        Size = size;
        Table = memory.Allocate(16UL * size, 16);
        Available = memory.Allocate(6 + 2UL * size, 2);
        Used = memory.Allocate(6 + 8UL * size, 4);
        for (int i = size - 1; i >= 0; i--)
        {
            _free.Push((ushort)i);
        }
    }

    internal ushort Size { get; }

    internal ulong Table { get; }

    internal ulong Available { get; }

    internal ulong Used { get; }

    internal int FreeCount => _free.Count;

    internal ushort DeviceUsedIndex => _memory.Load(Used + 2);

    /// <summary>Makes a chain available; its head.</summary>
    internal ushort Add(params ReadOnlySpan<GuestBuffer> buffers)
    {
        ushort[] ids = new ushort[buffers.Length];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = _free.Pop();
        }
        for (int i = 0; i < ids.Length; i++)
        {
            bool isLast = i == ids.Length - 1;
            ushort flags = (ushort)((isLast ? 0 : FlagNext) | (buffers[i].IsWritable ? FlagWrite : 0));
            WriteDescriptor(Table, ids[i], buffers[i], flags, isLast ? (ushort)0 : ids[i + 1]);
        }
        Publish(ids[0], ids);
        return ids[0];
    }

    /// <summary>Makes a chain available by way of an indirect table; its head.</summary>
    internal ushort AddIndirect(params ReadOnlySpan<GuestBuffer> buffers)
    {
        ulong table = _memory.Allocate(16UL * (uint)buffers.Length);
        for (int i = 0; i < buffers.Length; i++)
        {
            bool isLast = i == buffers.Length - 1;
            ushort flags = (ushort)((isLast ? 0 : FlagNext) | (buffers[i].IsWritable ? FlagWrite : 0));
            WriteDescriptor(table, (ushort)i, buffers[i], flags, (ushort)(i + 1));
        }
        ushort head = _free.Pop();
        GuestBuffer place = new(table, 16 * (uint)buffers.Length, false);
        WriteDescriptor(Table, head, place, FlagIndirect, 0);
        Publish(head, [head]);
        return head;
    }

    internal void WriteDescriptor(ulong table, ushort index, GuestBuffer buffer, ushort flags, ushort next)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, buffer.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], buffer.LengthBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], flags);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], next);
        _memory.Write(table + 16UL * index, bytes);
    }

    internal void Publish(ushort head, ushort[] ids)
    {
        _chains[head] = ids;
        _memory.Store(Available + 4 + 2UL * (uint)(_available % Size), head);
        _memory.Store(Available + 2, ++_available);
    }

    internal void SetAvailableIndex(ushort value) => _memory.Store(Available + 2, value);

    /// <summary>Whether the device asked to be notified of what became available since the last call.</summary>
    internal bool TakeNeedsNotify()
    {
        ushort old = _notifiedAvailable;
        _notifiedAvailable = _available;
        if (!_usesEventIndex)
        {
            return old != _available;
        }
        ushort wanted = _memory.Load(Used + 4 + 8UL * Size);
        return (ushort)(_available - wanted - 1) < (ushort)(_available - old);
    }

    /// <summary>Asks for an interrupt once the device has used <paramref name="count"/> more chains.</summary>
    internal void WantInterruptAfter(ushort count) =>
        _memory.Store(Available + 4 + 2UL * Size, (ushort)(_used + count - 1));

    internal void SuppressInterrupts(bool isSuppressed) =>
        _memory.Store(Available, isSuppressed ? (ushort)1 : (ushort)0);

    /// <summary>Takes a chain that the device returned.</summary>
    internal bool TryTakeUsed(out ushort head, out uint writtenBytes)
    {
        head = 0;
        writtenBytes = 0;
        if (DeviceUsedIndex == _used)
        {
            return false;
        }
        byte[] element = _memory.Read(Used + 4 + 8UL * (uint)(_used % Size), 8);
        head = (ushort)BinaryPrimitives.ReadUInt32LittleEndian(element);
        writtenBytes = BinaryPrimitives.ReadUInt32LittleEndian(element.AsSpan(4));
        _used++;
        if (_usesEventIndex)
        {
            WantInterruptAfter(1);
        }
        Assert.True(_chains.Remove(head, out ushort[]? ids), $"Chain {head} was returned but not available.");
        foreach (ushort id in ids)
        {
            _free.Push(id);
        }
        return true;
    }
}
