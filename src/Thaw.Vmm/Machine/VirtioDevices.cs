using Thaw.Devices.Virtio;
using Thaw.Devices.Virtio.Block;
using Thaw.Devices.Virtio.Pmem;
using Thaw.Devices.Virtio.Rng;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Config;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Machine;

/// <summary>
/// Makes the virtio devices of a configuration: drives, persistent memory, vsock, entropy, in this order.
/// </summary>
internal static class VirtioDevices
{
    /// <summary>How many there are.</summary>
    internal static int Count(MicrovmConfig config) =>
        config.Drives.Count + config.Pmems.Count + (config.Vsock is null ? 0 : 1) + (config.HasEntropy ? 1 : 0);

    /// <summary>Adds new devices.</summary>
    /// <exception cref="MicrovmException">A device's file or socket cannot be used; named.</exception>
    internal static void AddNew(
        Hardware hardware, MicrovmConfig config, IReadOnlyList<GuestRegion> pmem, MicrovmEnvironment environment)
    {
        foreach (DriveConfig drive in config.Drives)
        {
            BlockCacheType cache = drive.IsWriteback ? BlockCacheType.Writeback : BlockCacheType.Unsafe;
            BlockOptions options = new(drive.Id, drive.Path, drive.IsReadOnly, cache);
            hardware.AddVirtio(Made($"Drive {drive.Id}", drive.Path, () => new BlockDevice(options)), state: null);
        }
        for (int i = 0; i < config.Pmems.Count; i++)
        {
            PmemOptions options = PmemOptionsOf(config.Pmems[i], pmem[i]);
            hardware.AddVirtio(new PmemDevice(options, BackingOf(config.Pmems[i])), state: null);
        }
        if (config.Vsock is VsockConfig vsock)
        {
            VsockOptions options = new() { GuestCid = vsock.GuestCid, UdsPath = vsock.UdsPath };
            hardware.AddVirtio(
                Made("Vsock", vsock.UdsPath, () => new VsockDevice(options, environment.Loop, environment.Time)),
                state: null);
        }
        if (config.HasEntropy)
        {
            hardware.AddVirtio(new RngDevice(new KernelEntropySource()), state: null);
        }
    }

    /// <summary>Adds the same devices in their saved states.</summary>
    /// <exception cref="SnapshotException">A state is missing or malformed.</exception>
    /// <exception cref="MicrovmException">A device's file or socket cannot be used; named.</exception>
    internal static void AddRestored(
        Hardware hardware,
        MicrovmConfig config,
        IReadOnlyList<GuestRegion> pmem,
        MicrovmEnvironment environment,
        SnapshotReader reader)
    {
        foreach (DriveConfig drive in config.Drives)
        {
            BlockState state = TakeDevice<BlockState>(hardware, reader);
            BlockArgs args = new(drive.Path);
            Add(hardware, reader, Made($"Drive {drive.Id}", drive.Path, () => BlockDevice.Restore(state, args)));
        }
        for (int i = 0; i < config.Pmems.Count; i++)
        {
            PmemState state = TakeDevice<PmemState>(hardware, reader);
            RequireSamePlace(config.Pmems[i], state, pmem[i]);
            PmemArgs args = new(config.Pmems[i].Path, BackingOf(config.Pmems[i]));
            Add(hardware, reader, PmemDevice.Restore(state, args));
        }
        if (config.Vsock is VsockConfig vsock)
        {
            VsockState state = TakeDevice<VsockState>(hardware, reader);
            VsockArgs args = new(environment.Loop, vsock.UdsPath, environment.Time);
            Add(hardware, reader, Made("Vsock", vsock.UdsPath, () => VsockDevice.Restore(state, args)));
        }
        if (config.HasEntropy)
        {
            RngState state = TakeDevice<RngState>(hardware, reader);
            Add(hardware, reader, RngDevice.Restore(state, new KernelEntropySource()));
        }
    }

    /// <summary>Saves all devices and their transports.</summary>
    internal static void Save(Hardware hardware, SnapshotWriter writer)
    {
        foreach (VirtioSlot slot in hardware.Slots)
        {
            writer.Add(SnapshotSections.Transport(slot.Index), slot.Transport.SaveState());
            SectionId id = SnapshotSections.Device(slot.Index);
            switch (slot.Device)
            {
                case BlockDevice block:
                    writer.Add(id, block.SaveState());
                    break;
                case PmemDevice pmem:
                    writer.Add(id, pmem.SaveState());
                    break;
                case VsockDevice vsock:
                    writer.Add(id, vsock.SaveState());
                    break;
                case RngDevice rng:
                    writer.Add(id, rng.SaveState());
                    break;
                default:
                    throw new InvalidOperationException($"No state is defined for a {slot.Device.DeviceType} device.");
            }
        }
    }

    private static TState TakeDevice<TState>(Hardware hardware, SnapshotReader reader)
        where TState : ISnapshotState<TState> =>
        reader.Take<TState>(SnapshotSections.Device(hardware.Slots.Count));

    private static void Add(Hardware hardware, SnapshotReader reader, IVirtioDevice device)
    {
        VirtioMmioState state = reader.Take<VirtioMmioState>(SnapshotSections.Transport(hardware.Slots.Count));
        hardware.AddVirtio(device, state);
    }

    private static T Made<T>(string what, string path, Func<T> make)
    {
        try
        {
            return make();
        }
        catch (LinuxException failure)
        {
            throw new MicrovmException($"{what}: {path} cannot be used: {failure.Errno}.", failure);
        }
    }

    private static PmemOptions PmemOptionsOf(PmemConfig config, GuestRegion region) =>
        new(config.Id, config.Path, config.IsReadOnly, region.Start, region.LengthBytes);

    private static SafeFd? BackingOf(PmemConfig config) =>
        config.IsReadOnly
            ? null
            : Made($"Persistent memory {config.Id}", config.Path, () => SafeFd.Open(config.Path, FileOpen.ReadWrite));

    /// <summary>The guest's page tables point into the region: another image may not be of another size.</summary>
    private static void RequireSamePlace(PmemConfig config, PmemState state, GuestRegion region)
    {
        if (state.Options.Start != region.Start || state.Options.SizeBytes != region.LengthBytes)
        {
            throw new SnapshotException(
                SnapshotFault.MemoryMismatch,
                $"Snapshot's persistent memory {config.Id} has {state.Options.SizeBytes} bytes at "
                + $"{state.Options.Start}, {config.Path} would have {region.LengthBytes} at {region.Start}.");
        }
    }
}
