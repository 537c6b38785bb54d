using Thaw.Core;
using Thaw.Kvm;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm;

/// <summary>Saving a paused microVM.</summary>
public sealed partial class Microvm
{
    private IReadOnlyList<MemoryLayer> _loadedFrom = [];
    private SnapshotId _lastSnapshot = SnapshotId.None;

    // Memory that a page-fault handler brings: which pages it has, only it knows.
    private bool _hasHiddenPages;

    /// <summary>Writes state and memory. The microVM stays paused and can go on afterwards, unharmed.</summary>
    /// <exception cref="MicrovmException">It runs, or has ended.</exception>
    /// <exception cref="IOException">A file cannot be written; none is left half-made.</exception>
    public SnapshotResult CreateSnapshot(SnapshotRequest request)
    {
        RequirePaused("A snapshot");
        Span<byte> random = stackalloc byte[SnapshotId.Bytes];
        _environment.FillRandom(random);
        SnapshotId id = SnapshotId.FromBytes(random);
        SnapshotWriter writer = new(request.Kind, id);
        writer.Add(SectionId.HostFingerprint, _hardware.HostCpu.Fingerprint);
        writer.Add(SnapshotSections.Config, new ConfigSection(Config));
        writer.Add(SnapshotSections.Vm, new VmSection(_hardware.Vm.SaveState()));
        foreach (KvmVcpu vcpu in _hardware.Vcpus)
        {
            writer.Add(SnapshotSections.Vcpu(vcpu.Id), new VcpuSection(vcpu.SaveState(_hardware.HostCpu.StateMsrs)));
        }
        writer.Add(SnapshotSections.Serial, _serial.SaveState());
        VirtioDevices.Save(_hardware, writer);
        MemoryManifest manifest = WriteFiles(request, writer);
        _lastSnapshot = id;
        return new SnapshotResult(id, manifest.GuestBytes, manifest.PresentPages * PageSize.Bytes);
    }

    /// <summary>Writes both files or none.</summary>
    private MemoryManifest WriteFiles(SnapshotRequest request, SnapshotWriter state)
    {
        // The log restarts with every snapshot: the next diff lies over this one.
        IReadOnlyList<DirtyBitmap> logged = CollectDirtyLog();
        try
        {
            MemoryManifest manifest = WriteMemory(request, logged);
            try
            {
                state.Add(SectionId.MemoryManifest, manifest);
                SnapshotFile.Write(request.StatePath, state);
            }
            catch
            {
                File.Delete(request.MemoryPath);
                throw;
            }
            return manifest;
        }
        catch
        {
            // What the log knew is not saved anywhere: the next diff has to have it again.
            RemarkDirty(logged);
            throw;
        }
    }

    private MemoryManifest WriteMemory(SnapshotRequest request, IReadOnlyList<DirtyBitmap> logged)
    {
        SnapshotId baseId = request.Kind == SnapshotKind.Diff ? _lastSnapshot : SnapshotId.None;
        // A diff over nothing holds all memory: what the monitor wrote before the first instruction is in no log.
        bool isDiff = baseId != SnapshotId.None;
        IReadOnlyList<DirtyBitmap> pages = isDiff && Config.Machine.TrackDirtyPages ? logged : ScanPages(isDiff);
        MemoryFileWriter writer = new(_hardware.Memory, _hardware.Ram);
        return writer.Write(request.MemoryPath, pages, baseId, keepZeroPages: isDiff);
    }

    private IReadOnlyList<DirtyBitmap> CollectDirtyLog()
    {
        List<DirtyBitmap> collected = [];
        for (int slot = 0; slot < _hardware.Ram.Count; slot++)
        {
            GuestRegion region = _hardware.Ram[slot];
            DirtyBitmap pages = new(region.LengthBytes / PageSize.Bytes);
            if (region.DeviceWrites is DirtyBitmap deviceWrites)
            {
                _hardware.Vm.CollectDirtyLog((uint)slot, pages);
                pages.Or(deviceWrites);
                deviceWrites.Clear();
            }
            collected.Add(pages);
        }
        return collected;
    }

    private void RemarkDirty(IReadOnlyList<DirtyBitmap> pages)
    {
        for (int i = 0; i < pages.Count; i++)
        {
            _hardware.Ram[i].DeviceWrites?.Or(pages[i]);
        }
    }

    /// <summary>
    /// Without a log the kernel's page map tells: pages of this process's own. For a full snapshot of a clone the pages
    /// of the files that it was made from count too.
    /// </summary>
    private IReadOnlyList<DirtyBitmap> ScanPages(bool isDiff)
    {
        using PageScan scan = new();
        List<DirtyBitmap> pages = [];
        foreach (GuestRegion region in _hardware.Ram)
        {
            DirtyBitmap own = new(region.LengthBytes / PageSize.Bytes);
            if (_hasHiddenPages && !isDiff)
            {
                own.Mark(0, region.LengthBytes);
            }
            else
            {
                scan.MarkPrivate(region, own);
            }
            pages.Add(own);
        }
        if (!isDiff)
        {
            MemoryFileLoader.MarkPresent(_loadedFrom, pages);
        }
        return pages;
    }

    private void StartDirtyTracking()
    {
        foreach (GuestRegion region in _hardware.Ram)
        {
            region.DeviceWrites = new DirtyBitmap(region.LengthBytes / PageSize.Bytes);
        }
    }
}
