using Thaw.Linux;
using Thaw.Linux.Uapi;
using Thaw.Memory;

namespace Thaw.Kvm;

/// <summary>One VM of KVM: memory slots, interrupt controllers, clock. Not thread-safe.</summary>
public sealed partial class KvmVm : IDisposable
{
    private readonly SafeFd _fd;
    private readonly int _runBytes;
    private readonly int _xsaveBytes;

    internal KvmVm(SafeFd fd, int runBytes, int xsaveBytes)
    {
        _fd = fd;
        _runBytes = runBytes;
        _xsaveBytes = xsaveBytes;
    }

    /// <summary>
    /// Creates PICs, IOAPIC and local APICs in the kernel, and the PIT that Linux probes for.
    /// Set memory slots before: each later change waits for an SRCU grace period.
    /// </summary>
    public void CreateInterruptControllers()
    {
        KvmCall.Plain(_fd, KvmH.KVM_SET_TSS_ADDR, 0xfffb_d000, "KVM_SET_TSS_ADDR");
        KvmCall.Plain(_fd, KvmH.KVM_CREATE_IRQCHIP, 0, "KVM_CREATE_IRQCHIP");
        kvm_pit_config pit = new() { flags = KvmH.KVM_PIT_SPEAKER_DUMMY };
        KvmCall.With(_fd, KvmH.KVM_CREATE_PIT2, ref pit, "KVM_CREATE_PIT2");
    }

    /// <summary>Shows a region to the guest. The region's mapping must outlive the VM.</summary>
    public void SetMemorySlot(uint slot, GuestRegion region, bool logDirtyPages)
    {
        kvm_userspace_memory_region argument = new()
        {
            slot = slot,
            flags = (logDirtyPages ? KvmH.KVM_MEM_LOG_DIRTY_PAGES : 0)
                | (region.IsReadOnly ? KvmH.KVM_MEM_READONLY : 0),
            guest_phys_addr = region.Start.Value,
            memory_size = region.LengthBytes,
            userspace_addr = (ulong)region.Mapping.Address,
        };
        KvmCall.With(_fd, KvmH.KVM_SET_USER_MEMORY_REGION, ref argument, "KVM_SET_USER_MEMORY_REGION");
    }

    /// <summary>
    /// Adds the pages that the guest wrote since the last call to <paramref name="into"/>, and resets the log.
    /// </summary>
    public void CollectDirtyLog(uint slot, DirtyBitmap into)
    {
        DirtyBitmap log = new(into.PageCount);
        ReadDirtyLog(slot, log);
        into.Or(log);
    }

    /// <summary>
    /// Makes a write to <paramref name="address"/> of value <paramref name="match"/> signal an event, exitless.
    /// </summary>
    public void AddIoEventFd(EventFd fd, GuestAddress address, uint match)
    {
        kvm_ioeventfd argument = new()
        {
            addr = address.Value,
            len = sizeof(uint),
            fd = fd.Number,
            datamatch = match,
            flags = KvmH.KVM_IOEVENTFD_FLAG_DATAMATCH,
        };
        KvmCall.With(_fd, KvmH.KVM_IOEVENTFD, ref argument, "KVM_IOEVENTFD");
    }

    /// <summary>Makes each signal of <paramref name="fd"/> an edge on interrupt <paramref name="gsi"/>.</summary>
    public void AddIrqFd(EventFd fd, uint gsi)
    {
        kvm_irqfd argument = new() { fd = (uint)fd.Number, gsi = gsi };
        KvmCall.With(_fd, KvmH.KVM_IRQFD, ref argument, "KVM_IRQFD");
    }

    /// <summary>Adds a vCPU; its id is its local APIC's too.</summary>
    public KvmVcpu CreateVcpu(uint id)
    {
        int fd = KvmCall.Plain(_fd, KvmH.KVM_CREATE_VCPU, id, "KVM_CREATE_VCPU");
        return new KvmVcpu(new SafeFd(fd), id, _runBytes, _xsaveBytes);
    }

    /// <summary>State of interrupt controllers, PIT and clock, with all vCPUs stopped.</summary>
    public VmState SaveState()
    {
        kvm_clock_data clock = default;
        KvmCall.With(_fd, KvmH.KVM_GET_CLOCK, ref clock, "KVM_GET_CLOCK");
        return new VmState
        {
            PicMaster = SaveChip(KvmH.KVM_IRQCHIP_PIC_MASTER),
            PicSlave = SaveChip(KvmH.KVM_IRQCHIP_PIC_SLAVE),
            IoApic = SaveChip(KvmH.KVM_IRQCHIP_IOAPIC),
            Pit = KvmCall.Get(_fd, KvmH.KVM_GET_PIT2, PitBytes, "KVM_GET_PIT2"),
            ClockNs = clock.clock,
        };
    }

    /// <summary>Puts state back into a VM whose interrupt controllers exist and whose vCPUs have not run.</summary>
    /// <remarks>The clock goes on from where it stood: CLOCK_MONOTONIC in the guest has no gap.</remarks>
    public void RestoreState(VmState state)
    {
        RestoreChip(KvmH.KVM_IRQCHIP_PIC_MASTER, state.PicMaster);
        RestoreChip(KvmH.KVM_IRQCHIP_PIC_SLAVE, state.PicSlave);
        RestoreChip(KvmH.KVM_IRQCHIP_IOAPIC, state.IoApic);
        KvmCall.Set(_fd, KvmH.KVM_SET_PIT2, state.Pit, PitBytes, "KVM_SET_PIT2");
        kvm_clock_data clock = new() { clock = state.ClockNs };
        KvmCall.With(_fd, KvmH.KVM_SET_CLOCK, ref clock, "KVM_SET_CLOCK");
    }

    /// <inheritdoc/>
    public void Dispose() => _fd.Dispose();

    private byte[] SaveChip(uint id)
    {
        byte[] bytes = new byte[IrqChipBytes];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes, id);
        KvmCall.Buffer(_fd, KvmH.KVM_GET_IRQCHIP, bytes, "KVM_GET_IRQCHIP");
        return bytes;
    }

    private void RestoreChip(uint id, byte[] bytes)
    {
        // The id travels inside the bytes: a state that names another chip is hostile or broken.
        if (bytes.Length != IrqChipBytes || System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) != id)
        {
            throw new ArgumentException($"State of interrupt controller {id} is malformed.", nameof(bytes));
        }
        KvmCall.Buffer(_fd, KvmH.KVM_SET_IRQCHIP, bytes.AsSpan().ToArray(), "KVM_SET_IRQCHIP");
    }

    partial void ReadDirtyLog(uint slot, DirtyBitmap into);
}
