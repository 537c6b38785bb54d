using Thaw.Devices.Legacy;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm;

/// <summary>Making a microVM from a snapshot.</summary>
public sealed partial class Microvm
{
    /// <summary>
    /// Builds a clone, paused where the original was. Its VM generation ID is new and its kernel will hear of it before
    /// any other instruction of the guest's choosing.
    /// </summary>
    /// <exception cref="SnapshotException">A file is refused; says why, with both sides.</exception>
    /// <exception cref="MicrovmException">A file of a device cannot be used.</exception>
    /// <exception cref="NotSupportedException">This host cannot hold the state.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static Microvm Restore(RestoreRequest request, MicrovmEnvironment environment)
    {
        SnapshotReader reader = SnapshotReader.Open(request.Snapshot.StatePath);
        HostFingerprint madeOn = reader.Take<HostFingerprint>(SectionId.HostFingerprint);
        MicrovmConfig config = Override(reader.Take<ConfigSection>(SnapshotSections.Config).Config, request);
        MemoryManifest manifest = reader.Take<MemoryManifest>(SectionId.MemoryManifest);
        List<MemoryLayer> chain = [];
        IReadOnlyList<GuestRegion> ram;
        if (request.Memory is { } provider)
        {
            MemoryFileLoader.RequireLayout(config.Machine.MemoryMib, manifest);
            ram = provider.Provide(reader.Header.Id, manifest.Ranges);
        }
        else
        {
            chain.AddRange(request.Bases.Select(ReadLayer));
            chain.Add(new MemoryLayer(request.Snapshot.MemoryPath, reader.Header.Id, manifest));
            ram = MemoryFileLoader.Load(config.Machine.MemoryMib, chain, request.VerifyMemory);
        }
        IReadOnlyList<GuestRegion> pmem = PmemRegions.Map(config);
        Hardware hardware = Hardware.Create(
            environment.KvmPath, ram, pmem, config.Machine.VcpuCount, request.TrackDirtyPages);
        try
        {
            madeOn.RequireSameHost(hardware.HostCpu.Fingerprint, request.HostOverrides);
            RestoreCpus(hardware, reader);
            PopulatedMemory.Map(request.Memory?.Populated ?? [], hardware.Vcpus[0]);
            SerialConsole console = new(environment.ConsoleSink);
            SerialArgs serialArgs = new(hardware.SerialLine, console);
            Serial16550 serial = Serial16550.Restore(reader.Take<SerialState>(SnapshotSections.Serial), serialArgs);
            VirtioDevices.AddRestored(hardware, config, pmem, environment, reader);
            reader.RequireAllTaken();
            Microvm microvm = Assemble(config, environment, hardware, serial, console);
            microvm.FinishRestore(request, reader.Header.Id, chain);
            return microvm;
        }
        catch
        {
            hardware.Dispose();
            throw;
        }
    }

    private static MemoryLayer ReadLayer(SnapshotFiles files)
    {
        SnapshotReader reader = SnapshotReader.Open(files.StatePath);
        return new MemoryLayer(
            files.MemoryPath, reader.Header.Id, reader.Take<MemoryManifest>(SectionId.MemoryManifest));
    }

    private static MicrovmConfig Override(MicrovmConfig saved, RestoreRequest request)
    {
        foreach (string id in request.DrivePaths.Keys.Where(id => saved.Drives.All(drive => drive.Id != id)))
        {
            throw new MicrovmException($"Snapshot has no drive {id} to give another file.");
        }
        foreach (string id in request.PmemPaths.Keys.Where(id => saved.Pmems.All(pmem => pmem.Id != id)))
        {
            throw new MicrovmException($"Snapshot has no persistent memory {id} to give another file.");
        }
        if (request.VsockUdsPath is not null && saved.Vsock is null)
        {
            throw new MicrovmException("Snapshot has no vsock device to give another socket.");
        }
        return saved with
        {
            Machine = saved.Machine with { TrackDirtyPages = request.TrackDirtyPages },
            Drives = [.. saved.Drives.Select(drive =>
                drive with { Path = request.DrivePaths.GetValueOrDefault(drive.Id, drive.Path) })],
            Pmems = [.. saved.Pmems.Select(pmem =>
                pmem with { Path = request.PmemPaths.GetValueOrDefault(pmem.Id, pmem.Path) })],
            Vsock = saved.Vsock is VsockConfig vsock
                ? vsock with { UdsPath = request.VsockUdsPath ?? vsock.UdsPath }
                : null,
        };
    }

    private static void RestoreCpus(Hardware hardware, SnapshotReader reader)
    {
        try
        {
            foreach (Kvm.KvmVcpu vcpu in hardware.Vcpus)
            {
                vcpu.RestoreState(reader.Take<VcpuSection>(SnapshotSections.Vcpu(vcpu.Id)).State);
            }
            hardware.Vm.RestoreState(reader.Take<VmSection>(SnapshotSections.Vm).State);
        }
        catch (ArgumentException malformed)
        {
            throw new SnapshotException(SnapshotFault.Malformed, malformed.Message, malformed);
        }
    }

    /// <summary>What has to happen between the state's return and the first instruction.</summary>
    private void FinishRestore(RestoreRequest request, SnapshotId id, IReadOnlyList<MemoryLayer> chain)
    {
        _loadedFrom = chain;
        _hasHiddenPages = request.Memory is not null;
        _lastSnapshot = id;
        if (request.TrackDirtyPages)
        {
            StartDirtyTracking();
        }
        Span<byte> generation = stackalloc byte[VmGenIdDevice.IdBytes];
        if (request.VmGenId is null)
        {
            _environment.FillRandom(generation);
        }
        else if (request.VmGenId.Length != generation.Length)
        {
            throw new MicrovmException(
                $"VM generation ID has {request.VmGenId.Length} bytes, it needs {generation.Length}.");
        }
        else
        {
            request.VmGenId.CopyTo(generation);
        }
        _hardware.VmClock.Renew();
        _hardware.VmGenId.Renew(generation);
        _serial.Kick();
        foreach (VirtioSlot slot in _hardware.Slots)
        {
            slot.Transport.Kick();
        }
        foreach (Kvm.KvmVcpu vcpu in _hardware.Vcpus)
        {
            // EINVAL without kvmclock: a guest that has no clock to be told about.
            vcpu.TryNotifyPaused();
        }
    }
}
