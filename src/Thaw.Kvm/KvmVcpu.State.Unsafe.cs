using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Thaw.Linux;
using Thaw.Linux.Uapi;

namespace Thaw.Kvm;

/// <summary>Reading and writing all of a vCPU's state.</summary>
public sealed partial class KvmVcpu
{
    private const int MsrHeaderBytes = 8;
    private const int MsrEntryBytes = 16;
    private const int CpuidEntryCountMax = 256;

    /// <summary>KVM takes fewer than 256 at once (MAX_IO_MSRS).</summary>
    private const int MsrBatchMax = 128;

    /// <summary>Sets what CPUID answers.</summary>
    public void SetCpuid(ReadOnlySpan<CpuidEntry> entries) =>
        KvmCall.Buffer(_fd, KvmH.KVM_SET_CPUID2, CpuidCodec.Encode(entries), "KVM_SET_CPUID2");

    /// <summary>What CPUID answers.</summary>
    public CpuidEntry[] GetCpuid()
    {
        byte[] buffer = new byte[CpuidCodec.HeaderBytes + CpuidEntryCountMax * CpuidCodec.EntryBytes];
        BinaryPrimitives.WriteInt32LittleEndian(buffer, CpuidEntryCountMax);
        KvmCall.Buffer(_fd, KvmH.KVM_GET_CPUID2, buffer, "KVM_GET_CPUID2");
        return CpuidCodec.Decode(buffer);
    }

    /// <summary>Reads MSRs one batch at a time; those that the host cannot read are left out.</summary>
    public MsrEntry[] GetMsrs(ReadOnlySpan<uint> indices)
    {
        List<MsrEntry> read = new(indices.Length);
        int done = 0;
        while (done < indices.Length)
        {
            int wanted = Math.Min(MsrBatchMax, indices.Length - done);
            byte[] buffer = new byte[MsrHeaderBytes + wanted * MsrEntryBytes];
            BinaryPrimitives.WriteInt32LittleEndian(buffer, wanted);
            for (int i = 0; i < wanted; i++)
            {
                BinaryPrimitives.WriteUInt32LittleEndian(
                    buffer.AsSpan(MsrHeaderBytes + i * MsrEntryBytes), indices[done + i]);
            }
            int count = KvmCall.Buffer(_fd, KvmH.KVM_GET_MSRS, buffer, "KVM_GET_MSRS");
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> entry = buffer.AsSpan(MsrHeaderBytes + i * MsrEntryBytes, MsrEntryBytes);
                read.Add(new MsrEntry(
                    BinaryPrimitives.ReadUInt32LittleEndian(entry),
                    BinaryPrimitives.ReadUInt64LittleEndian(entry[8..])));
            }
            // In a batch that ended early, the one behind the last that worked is the one that failed.
            done += count < wanted ? count + 1 : count;
        }
        return [.. read];
    }

    /// <summary>Writes MSRs in order; one that KVM refuses is an error unless it has the value already.</summary>
    /// <exception cref="NotSupportedException">This host cannot hold a value of the state.</exception>
    public void SetMsrs(ReadOnlySpan<MsrEntry> entries)
    {
        int done = 0;
        while (done < entries.Length)
        {
            int wanted = Math.Min(MsrBatchMax, entries.Length - done);
            byte[] buffer = new byte[MsrHeaderBytes + wanted * MsrEntryBytes];
            BinaryPrimitives.WriteInt32LittleEndian(buffer, wanted);
            for (int i = 0; i < wanted; i++)
            {
                Span<byte> entry = buffer.AsSpan(MsrHeaderBytes + i * MsrEntryBytes, MsrEntryBytes);
                BinaryPrimitives.WriteUInt32LittleEndian(entry, entries[done + i].Index);
                BinaryPrimitives.WriteUInt64LittleEndian(entry[8..], entries[done + i].Value);
            }
            int count = KvmCall.Buffer(_fd, KvmH.KVM_SET_MSRS, buffer, "KVM_SET_MSRS");
            done += count;
            if (count < wanted)
            {
                MsrEntry refused = entries[done++];
                MsrEntry[] now = GetMsrs([refused.Index]);
                if (now.Length == 0 || now[0].Value != refused.Value)
                {
                    throw new NotSupportedException(
                        $"This host refuses MSR 0x{refused.Index:x} = 0x{refused.Value:x} of vCPU {Id}.");
                }
            }
        }
    }

    /// <summary>Everything, of a vCPU that is not running and whose last exit was completed.</summary>
    public VcpuState SaveState(ReadOnlySpan<uint> msrIndices)
    {
        // MP state first: it settles pending INIT and SIPI events in the others (api.rst, 4.38).
        byte[] mpState = KvmCall.Get(_fd, KvmH.KVM_GET_MP_STATE, Unsafe.SizeOf<kvm_mp_state>(), "KVM_GET_MP_STATE");
        int xsaveBytes = Math.Max(_xsaveBytes, Unsafe.SizeOf<kvm_xsave>());
        uint getXsave = _xsaveBytes > 0 ? KvmH.KVM_GET_XSAVE2 : KvmH.KVM_GET_XSAVE;
        int tscKhz = Libc.Ioctl(_fd.Number, KvmH.KVM_GET_TSC_KHZ, 0);
        return new VcpuState
        {
            MpState = mpState,
            Regs = KvmCall.Get(_fd, KvmH.KVM_GET_REGS, Unsafe.SizeOf<kvm_regs>(), "KVM_GET_REGS"),
            Sregs = KvmCall.Get(_fd, KvmH.KVM_GET_SREGS, Unsafe.SizeOf<kvm_sregs>(), "KVM_GET_SREGS"),
            Xsave = KvmCall.Get(_fd, getXsave, xsaveBytes, "KVM_GET_XSAVE2"),
            Xcrs = KvmCall.Get(_fd, KvmH.KVM_GET_XCRS, Unsafe.SizeOf<kvm_xcrs>(), "KVM_GET_XCRS"),
            DebugRegs = KvmCall.Get(_fd, KvmH.KVM_GET_DEBUGREGS, Unsafe.SizeOf<kvm_debugregs>(), "KVM_GET_DEBUGREGS"),
            Lapic = KvmCall.Get(_fd, KvmH.KVM_GET_LAPIC, Unsafe.SizeOf<kvm_lapic_state>(), "KVM_GET_LAPIC"),
            Msrs = GetMsrs(msrIndices),
            Events = KvmCall.Get(
                _fd, KvmH.KVM_GET_VCPU_EVENTS, Unsafe.SizeOf<kvm_vcpu_events>(), "KVM_GET_VCPU_EVENTS"),
            Cpuid = GetCpuid(),
            TscKhz = tscKhz > 0 ? (uint)tscKhz : 0,
        };
    }

    /// <summary>
    /// Puts state into a vCPU that has not run. The order is KVM's: LAPIC behind SREGS, MSRs behind LAPIC.
    /// </summary>
    /// <exception cref="ArgumentException">A struct has another size here.</exception>
    /// <exception cref="NotSupportedException">This host cannot hold a value of the state.</exception>
    public void RestoreState(VcpuState state)
    {
        SetCpuid(state.Cpuid);
        RestoreTscFrequency(state.TscKhz);
        KvmCall.Set(_fd, KvmH.KVM_SET_MP_STATE, state.MpState, Unsafe.SizeOf<kvm_mp_state>(), "KVM_SET_MP_STATE");
        KvmCall.Set(_fd, KvmH.KVM_SET_REGS, state.Regs, Unsafe.SizeOf<kvm_regs>(), "KVM_SET_REGS");
        KvmCall.Set(_fd, KvmH.KVM_SET_SREGS, state.Sregs, Unsafe.SizeOf<kvm_sregs>(), "KVM_SET_SREGS");
        int xsaveBytes = Math.Max(_xsaveBytes, Unsafe.SizeOf<kvm_xsave>());
        KvmCall.Set(_fd, KvmH.KVM_SET_XSAVE, state.Xsave, xsaveBytes, "KVM_SET_XSAVE");
        KvmCall.Set(_fd, KvmH.KVM_SET_XCRS, state.Xcrs, Unsafe.SizeOf<kvm_xcrs>(), "KVM_SET_XCRS");
        KvmCall.Set(_fd, KvmH.KVM_SET_DEBUGREGS, state.DebugRegs, Unsafe.SizeOf<kvm_debugregs>(), "KVM_SET_DEBUGREGS");
        KvmCall.Set(_fd, KvmH.KVM_SET_LAPIC, state.Lapic, Unsafe.SizeOf<kvm_lapic_state>(), "KVM_SET_LAPIC");
        SetMsrs(state.Msrs);
        KvmCall.Set(
            _fd, KvmH.KVM_SET_VCPU_EVENTS, state.Events, Unsafe.SizeOf<kvm_vcpu_events>(), "KVM_SET_VCPU_EVENTS");
    }

    /// <summary>
    /// Tells a guest with kvmclock that it was stopped, so that its watchdogs do not report a soft lockup.
    /// </summary>
    /// <returns>EINVAL when the guest has no kvmclock: nothing to tell.</returns>
    public Errno TryNotifyPaused() =>
        Libc.Ioctl(_fd.Number, KvmH.KVM_KVMCLOCK_CTRL, 0) == 0 ? Errno.OK : Libc.LastErrno;

    /// <summary>Instruction pointer of a stopped vCPU, for diagnosis.</summary>
    public ulong GetInstructionPointer()
    {
        kvm_regs regs = default;
        KvmCall.With(_fd, KvmH.KVM_GET_REGS, ref regs, "KVM_GET_REGS");
        return regs.rip;
    }

    private void RestoreTscFrequency(uint tscKhz)
    {
        int now = Libc.Ioctl(_fd.Number, KvmH.KVM_GET_TSC_KHZ, 0);
        if (tscKhz == 0 || now <= 0 || (uint)now == tscKhz)
        {
            return;
        }
        // Hosts of one model differ by a few kHz by calibration: KVM takes 250 ppm as equal, and so does NTP.
        const uint TolerancePpm = 250;
        if (Math.Abs((long)tscKhz - now) <= tscKhz * (long)TolerancePpm / 1_000_000)
        {
            return;
        }
        if (Libc.Ioctl(_fd.Number, KvmH.KVM_SET_TSC_KHZ, tscKhz) != 0)
        {
            throw new NotSupportedException($"Snapshot's TSC runs at {tscKhz} kHz, this host's at {now} kHz.");
        }
    }
}
