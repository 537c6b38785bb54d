using Thaw.Kvm;
using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>A vCPU's state in a snapshot: KVM's structs as raw kernel-ABI bytes.</summary>
/// <param name="State">The state.</param>
internal sealed record VcpuSection(VcpuState State) : ISnapshotState<VcpuSection>
{
    private const int CpuidCountMax = 256;
    private const int MsrCountMax = 1024;
    private const int StructBytesMax = 64 * 1024;

    public static ushort StateVersion => 1;

    public void Encode(StateWriter writer)
    {
        writer.Count(State.Cpuid.Length);
        foreach (CpuidEntry entry in State.Cpuid)
        {
            writer.U32(entry.Function);
            writer.U32(entry.Index);
            writer.U32(entry.Flags);
            writer.U32(entry.Eax);
            writer.U32(entry.Ebx);
            writer.U32(entry.Ecx);
            writer.U32(entry.Edx);
        }
        writer.Count(State.Msrs.Length);
        foreach (MsrEntry entry in State.Msrs)
        {
            writer.U32(entry.Index);
            writer.U64(entry.Value);
        }
        writer.Bytes(State.MpState);
        writer.Bytes(State.Regs);
        writer.Bytes(State.Sregs);
        writer.Bytes(State.Xsave);
        writer.Bytes(State.Xcrs);
        writer.Bytes(State.DebugRegs);
        writer.Bytes(State.Lapic);
        writer.Bytes(State.Events);
        writer.U32(State.TscKhz);
    }

    public static VcpuSection Decode(StateReader reader, ushort version)
    {
        CpuidEntry[] cpuid = new CpuidEntry[reader.Count(CpuidCountMax, elementBytes: 28)];
        for (int i = 0; i < cpuid.Length; i++)
        {
            cpuid[i] = new CpuidEntry(
                reader.U32(), reader.U32(), reader.U32(), reader.U32(), reader.U32(), reader.U32(), reader.U32());
        }
        MsrEntry[] msrs = new MsrEntry[reader.Count(MsrCountMax, elementBytes: 12)];
        for (int i = 0; i < msrs.Length; i++)
        {
            msrs[i] = new MsrEntry(reader.U32(), reader.U64());
        }
        return new VcpuSection(new VcpuState
        {
            Cpuid = cpuid,
            Msrs = msrs,
            MpState = reader.Bytes(StructBytesMax),
            Regs = reader.Bytes(StructBytesMax),
            Sregs = reader.Bytes(StructBytesMax),
            Xsave = reader.Bytes(StructBytesMax),
            Xcrs = reader.Bytes(StructBytesMax),
            DebugRegs = reader.Bytes(StructBytesMax),
            Lapic = reader.Bytes(StructBytesMax),
            Events = reader.Bytes(StructBytesMax),
            TscKhz = reader.U32(),
        });
    }
}
