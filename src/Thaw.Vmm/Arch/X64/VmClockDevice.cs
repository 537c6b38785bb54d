using System.Buffers.Binary;
using Thaw.Memory;

namespace Thaw.Vmm.Arch.X64;

/// <summary>
/// The page of the VMClock specification (uapi-group.org/specifications/specs/vmclock): a counter that changes with
/// every clone, for any program that maps it; Linux offers it as <c>/dev/vmclock0</c>, with a generation counter from
/// 7.0 on. It says nothing of the time, which the agent sets.
/// </summary>
/// <remarks>
/// The page is the guest's memory and comes back with it: no state of its own. What a guest wrote there is counted on
/// from, and harms nobody else.
/// </remarks>
internal sealed class VmClockDevice
{
    /// <summary>Length of <c>struct vmclock_abi</c>, version 1.</summary>
    internal const int StructBytes = 112;

    /// <summary>"VCLK", little-endian.</summary>
    internal const uint Magic = 0x4b4c_4356;

    internal const int SequenceOffset = 12;
    internal const int DisruptionOffset = 16;
    internal const int FlagsOffset = 24;
    internal const int GenerationOffset = 104;

    private const uint PageBytes = 4096;
    private const ushort Version = 1;
    private const int SizeOffset = 4;
    private const int VersionOffset = 8;
    private const int CounterOffset = 10;

    /// <summary>VMCLOCK_COUNTER_INVALID: no relation of a counter to the time is given.</summary>
    private const byte NoCounter = 0xff;

    /// <summary>VMCLOCK_FLAG_VM_GEN_COUNTER_PRESENT, VMCLOCK_FLAG_NOTIFICATION_PRESENT.</summary>
    private const ulong Flags = 1 << 8 | 1 << 9;

    private static readonly GuestAddress s_page = new(X64Layout.VmClock);
    private readonly GuestMemory _memory;

    internal VmClockDevice(GuestMemory memory) => _memory = memory;

    /// <summary>Puts the page in place for a guest that has not booted.</summary>
    internal void Create() => Write(0, 0, 0);

    /// <summary>
    /// Counts on for a clone, before any vCPU runs. Who was reading when it was snapshotted finds another sequence
    /// number, and reads again. The interrupt is the VM generation ID's.
    /// </summary>
    internal void Renew()
    {
        Span<byte> old = stackalloc byte[StructBytes];
        if (!_memory.TryRead(s_page, old))
        {
            throw Unreachable();
        }
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(old[SequenceOffset..]);
        Write(
            // Even: not being written.
            (sequence & ~1u) + 2,
            BinaryPrimitives.ReadUInt64LittleEndian(old[DisruptionOffset..]) + 1,
            BinaryPrimitives.ReadUInt64LittleEndian(old[GenerationOffset..]) + 1);
    }

    private static MicrovmException Unreachable() => new("The VMClock page is not within guest memory.");

    private void Write(uint sequence, ulong disruption, ulong generation)
    {
        Span<byte> page = stackalloc byte[StructBytes];
        page.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(page, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(page[SizeOffset..], PageBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(page[VersionOffset..], Version);
        page[CounterOffset] = NoCounter;
        BinaryPrimitives.WriteUInt32LittleEndian(page[SequenceOffset..], sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(page[DisruptionOffset..], disruption);
        BinaryPrimitives.WriteUInt64LittleEndian(page[FlagsOffset..], Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(page[GenerationOffset..], generation);
        if (!_memory.TryWrite(s_page, page))
        {
            throw Unreachable();
        }
    }
}
