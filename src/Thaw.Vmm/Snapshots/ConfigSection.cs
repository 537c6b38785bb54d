using Thaw.Snapshot;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Config;

namespace Thaw.Vmm.Snapshots;

/// <summary>What the saved microVM is made of: enough to build it again.</summary>
/// <param name="Config">The configuration; its boot source is not kept.</param>
internal sealed record ConfigSection(MicrovmConfig Config) : ISnapshotState<ConfigSection>
{
    public static ushort StateVersion => 1;

    public void Encode(StateWriter writer)
    {
        writer.U32((uint)Config.Machine.VcpuCount);
        writer.U32((uint)Config.Machine.MemoryMib);
        writer.Count(Config.Drives.Count);
        foreach (DriveConfig drive in Config.Drives)
        {
            writer.Text(drive.Id);
            writer.Text(drive.Path);
            writer.Bool(drive.IsReadOnly);
            writer.Bool(drive.IsWriteback);
        }
        writer.Count(Config.Pmems.Count);
        foreach (PmemConfig pmem in Config.Pmems)
        {
            writer.Text(pmem.Id);
            writer.Text(pmem.Path);
            writer.Bool(pmem.IsReadOnly);
        }
        writer.Bool(Config.Vsock is not null);
        if (Config.Vsock is VsockConfig vsock)
        {
            writer.U32(vsock.GuestCid);
            writer.Text(vsock.UdsPath);
        }
        writer.Bool(Config.HasEntropy);
    }

    public static ConfigSection Decode(StateReader reader, ushort version)
    {
        const int EntryBytesMin = 9;
        MachineConfig machine = new()
        {
            VcpuCount = (int)Bounded(reader, reader.U32(), 1, MachineConfig.VcpuCountMax, "vCPUs"),
            MemoryMib = (int)Bounded(reader, reader.U32(), 1, MachineConfig.MemoryMibMax, "MiB of memory"),
        };
        DriveConfig[] drives = new DriveConfig[reader.Count(X64Layout.VirtioDeviceCountMax, EntryBytesMin)];
        for (int i = 0; i < drives.Length; i++)
        {
            drives[i] = new DriveConfig
            {
                Id = reader.Text(),
                Path = reader.Text(),
                IsReadOnly = reader.Bool(),
                IsWriteback = reader.Bool(),
            };
        }
        PmemConfig[] pmems = new PmemConfig[reader.Count(X64Layout.VirtioDeviceCountMax, EntryBytesMin)];
        for (int i = 0; i < pmems.Length; i++)
        {
            pmems[i] = new PmemConfig { Id = reader.Text(), Path = reader.Text(), IsReadOnly = reader.Bool() };
        }
        VsockConfig? vsock = reader.Bool()
            ? new VsockConfig { GuestCid = reader.U32(), UdsPath = reader.Text() }
            : null;
        return new ConfigSection(new MicrovmConfig
        {
            Machine = machine,
            Drives = drives,
            Pmems = pmems,
            Vsock = vsock,
            HasEntropy = reader.Bool(),
        });
    }

    private static uint Bounded(StateReader reader, uint value, uint min, uint max, string what) =>
        value >= min && value <= max ? value : throw reader.Malformed($"{value} {what} where {min} to {max} can be");
}
