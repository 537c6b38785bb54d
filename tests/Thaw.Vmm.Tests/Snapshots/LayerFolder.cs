using Thaw.Core;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

/// <summary>Writes layers of a chain and loads them again.</summary>
internal sealed class LayerFolder(TemporaryFolder folder)
{
    private readonly List<MemoryLayer> _chain = [];

    internal IReadOnlyList<MemoryLayer> Chain => _chain;

    /// <summary>Writes marked pages as a full snapshot, or as a diff over the last, and adds it to the chain.</summary>
    internal MemoryLayer Write(GuestRamFixture ram, IReadOnlyList<DirtyBitmap> pages)
    {
        bool isDiff = _chain.Count > 0;
        SnapshotId baseId = isDiff ? _chain[^1].Id : SnapshotId.None;
        string path = folder.File($"memory-{_chain.Count}");
        MemoryManifest manifest =
            new MemoryFileWriter(ram.Memory, ram.Ram).Write(path, pages, baseId, keepZeroPages: isDiff);
        MemoryLayer layer = new(path, new SnapshotId((UInt128)_chain.Count + 1), manifest);
        _chain.Add(layer);
        return layer;
    }

    /// <summary>Bitmaps for all regions, with some pages of the first one marked.</summary>
    internal static DirtyBitmap[] Marks(GuestRamFixture ram, params IEnumerable<int> pages)
    {
        DirtyBitmap[] marks = [.. ram.Ram.Select(region => new DirtyBitmap(region.LengthBytes / PageSize.Bytes))];
        foreach (int page in pages)
        {
            marks[0].Mark((ulong)page * PageSize.Bytes, 1);
        }
        return marks;
    }

    /// <summary>Loads a chain, hands its memory over, and unmaps it.</summary>
    internal static void Load(
        int memoryMib, IReadOnlyList<MemoryLayer> chain, Action<GuestMemory> use, bool verify = false)
    {
        IReadOnlyList<GuestRegion> regions = MemoryFileLoader.Load(memoryMib, chain, verify);
        use(new GuestMemory([.. regions]));
        foreach (GuestRegion region in regions)
        {
            region.Mapping.Dispose();
        }
    }
}
