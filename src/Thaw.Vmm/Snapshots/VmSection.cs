using Thaw.Kvm;
using Thaw.Snapshot;

namespace Thaw.Vmm.Snapshots;

/// <summary>A VM's state in a snapshot, outside vCPUs and memory.</summary>
/// <param name="State">The state.</param>
internal sealed record VmSection(VmState State) : ISnapshotState<VmSection>
{
    private const int StructBytesMax = 4096;

    public static ushort StateVersion => 1;

    public void Encode(StateWriter writer)
    {
        writer.Bytes(State.PicMaster);
        writer.Bytes(State.PicSlave);
        writer.Bytes(State.IoApic);
        writer.Bytes(State.Pit);
        writer.U64(State.ClockNs);
    }

    public static VmSection Decode(StateReader reader, ushort version) => new(new VmState
    {
        PicMaster = reader.Bytes(StructBytesMax),
        PicSlave = reader.Bytes(StructBytesMax),
        IoApic = reader.Bytes(StructBytesMax),
        Pit = reader.Bytes(StructBytesMax),
        ClockNs = reader.U64(),
    });
}
