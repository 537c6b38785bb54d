using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>State of a vCPU at power-on, beyond what KVM sets.</summary>
public sealed partial class KvmVcpu
{
    private const ulong Cr0ProtectedModePaging = 0x8000_0001;
    private const ulong Cr4PhysicalAddressExtension = 0x20;
    private const ulong EferLongModeEnabledActive = 0x500;
    private const ulong RflagsReserved = 2;

    /// <summary>
    /// Enters 64-bit mode at <paramref name="entry"/>; the tables that it names must be in guest memory.
    /// </summary>
    public void SetLongModeEntry(LongModeEntry entry)
    {
        kvm_sregs sregs = default;
        KvmCall.With(_fd, KvmH.KVM_GET_SREGS, ref sregs, "KVM_GET_SREGS");
        sregs.gdt.@base = entry.GdtAddress;
        sregs.gdt.limit = (ushort)(entry.Gdt.Length * sizeof(ulong) - 1);
        sregs.idt.@base = entry.IdtAddress;
        sregs.idt.limit = sizeof(ulong) - 1;
        kvm_segment data = Segment(entry.Gdt[2], 2);
        sregs.cs = Segment(entry.Gdt[1], 1);
        sregs.ds = data;
        sregs.es = data;
        sregs.fs = data;
        sregs.gs = data;
        sregs.ss = data;
        sregs.tr = Segment(entry.Gdt[3], 3);
        sregs.cr0 |= Cr0ProtectedModePaging;
        sregs.cr3 = entry.PageTable;
        sregs.cr4 |= Cr4PhysicalAddressExtension;
        sregs.efer |= EferLongModeEnabledActive;
        KvmCall.With(_fd, KvmH.KVM_SET_SREGS, ref sregs, "KVM_SET_SREGS");
        kvm_regs regs = new()
        {
            rip = entry.InstructionPointer,
            rsp = entry.StackPointer,
            rbp = entry.StackPointer,
            rsi = entry.BootParams,
            rflags = RflagsReserved,
        };
        KvmCall.With(_fd, KvmH.KVM_SET_REGS, ref regs, "KVM_SET_REGS");
        kvm_fpu fpu = new() { fcw = 0x37f, mxcsr = 0x1f80 };
        KvmCall.With(_fd, KvmH.KVM_SET_FPU, ref fpu, "KVM_SET_FPU");
    }

    /// <summary>Enters 16-bit real mode at <paramref name="address"/> below 64 KiB: for tiny test guests.</summary>
    public void SetRealModeEntry(ushort address)
    {
        kvm_sregs sregs = default;
        KvmCall.With(_fd, KvmH.KVM_GET_SREGS, ref sregs, "KVM_GET_SREGS");
        sregs.cs.@base = 0;
        sregs.cs.selector = 0;
        KvmCall.With(_fd, KvmH.KVM_SET_SREGS, ref sregs, "KVM_SET_SREGS");
        kvm_regs regs = new() { rip = address, rflags = RflagsReserved };
        KvmCall.With(_fd, KvmH.KVM_SET_REGS, ref regs, "KVM_SET_REGS");
    }

    /// <summary>Wires LINT0 to the PIC and LINT1 to NMI, as the firmware would.</summary>
    public void SetLocalInterrupts()
    {
        const int Lint0 = 0x350;
        const int Lint1 = 0x360;
        byte[] lapic = KvmCall.Get(_fd, KvmH.KVM_GET_LAPIC, 1024, "KVM_GET_LAPIC");
        SetDeliveryMode(lapic.AsSpan(Lint0), mode: 7);
        SetDeliveryMode(lapic.AsSpan(Lint1), mode: 4);
        KvmCall.Set(_fd, KvmH.KVM_SET_LAPIC, lapic, 1024, "KVM_SET_LAPIC");
    }

    private static void SetDeliveryMode(Span<byte> register, uint mode)
    {
        uint value = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(register);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(register, (value & ~0x700u) | (mode << 8));
    }

    /// <summary>Unpacks a descriptor of the GDT into KVM's form (Intel SDM vol. 3, 3.4.5).</summary>
    private static kvm_segment Segment(ulong entry, int index) => new()
    {
        @base = ((entry >> 16) & 0xff_ffff) | ((entry >> 32) & 0xff00_0000),
        limit = Limit(entry),
        selector = (ushort)(index * 8),
        type = (byte)((entry >> 40) & 0xf),
        s = (byte)((entry >> 44) & 1),
        dpl = (byte)((entry >> 45) & 3),
        present = (byte)((entry >> 47) & 1),
        avl = (byte)((entry >> 52) & 1),
        l = (byte)((entry >> 53) & 1),
        db = (byte)((entry >> 54) & 1),
        g = (byte)((entry >> 55) & 1),
    };

    private static uint Limit(ulong entry)
    {
        uint limit = (uint)((entry & 0xffff) | ((entry >> 32) & 0xf_0000));
        return ((entry >> 55) & 1) != 0 ? (limit << 12) | 0xfff : limit;
    }
}
