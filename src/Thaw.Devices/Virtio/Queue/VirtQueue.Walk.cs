using System.Buffers.Binary;
using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>Following of descriptor chains.</summary>
public sealed partial class VirtQueue
{
    private bool TryWalk(ushort head)
    {
        Span<byte> descriptor = stackalloc byte[DescriptorBytes];
        ulong table = DescriptorTable;
        uint tableCount = Size;
        uint index = head;
        bool isIndirect = false;
        _chain.Begin(head);

        // A table cannot be walked in more steps than it has entries, unless the chain loops.
        for (uint stepsLeft = tableCount; stepsLeft > 0; stepsLeft--)
        {
            if (!_memory.TryRead(new GuestAddress(table + index * (ulong)DescriptorBytes), descriptor))
            {
                return Break($"the descriptor table at 0x{table:x} left guest memory");
            }
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(descriptor);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(descriptor[8..]);
            ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[12..]);
            ushort next = BinaryPrimitives.ReadUInt16LittleEndian(descriptor[14..]);
            if ((flags & FlagIndirect) != 0)
            {
                if (isIndirect || !CheckIndirect(address, length, flags))
                {
                    return Break($"indirect descriptor 0x{address:x}, length {length}, flags {flags}");
                }
                isIndirect = true;
                table = address;
                tableCount = length / DescriptorBytes;
                stepsLeft = tableCount + 1;
                index = 0;
                continue;
            }
            if (!_chain.TryAdd(new GuestAddress(address), length, (flags & FlagWrite) != 0))
            {
                return Break($"buffer 0x{address:x}, length {length}, flags {flags}");
            }
            if ((flags & FlagNext) == 0)
            {
                return true;
            }
            if (next >= tableCount)
            {
                return Break($"next descriptor {next} in a table of {tableCount}");
            }
            index = next;
        }
        return Break("a descriptor chain that loops");
    }

    private bool CheckIndirect(ulong address, uint length, ushort flags) =>
        _allowsIndirect
        && (flags & FlagNext) == 0
        && length != 0
        && length % DescriptorBytes == 0
        && length / DescriptorBytes <= DescriptorChain.SegmentCountMax
        && _memory.Contains(new GuestAddress(address), length);
}
