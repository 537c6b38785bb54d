using Microsoft.Win32.SafeHandles;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Machine;

namespace Thaw.Vmm.Snapshots;

/// <summary>
/// Gives a clone its RAM: a private view of the first layer's file, with each later layer's pages laid over it. Clean
/// pages stay in the page cache, shared by all clones.
/// </summary>
internal static class MemoryFileLoader
{
    /// <summary>
    /// Runs shorter than this are copied: each mapped one is an entry in the kernel's list of mappings, which is
    /// bounded (vm.max_map_count, 65,530) and slows faults as it grows.
    /// </summary>
    private const ulong MappedRunPagesMin = 16;

    /// <summary>Most runs that are mapped, of all layers together; the rest is copied.</summary>
    private const int MappedRunCountMax = 16 * 1024;

    /// <summary>
    /// Builds the regions of a microVM with <paramref name="memoryMib"/> MiB from the chain, oldest layer first.
    /// </summary>
    /// <exception cref="SnapshotException">The layers do not fit the microVM, each other, or their files.</exception>
    /// <exception cref="LinuxException">A file cannot be opened or mapped.</exception>
    internal static IReadOnlyList<GuestRegion> Load(
        int memoryMib, IReadOnlyList<MemoryLayer> chain, bool verify, int mappedRunCountMax = MappedRunCountMax)
    {
        RequireChain(memoryMib, chain);
        List<GuestRegion> regions = [];
        using (SafeFd file = Open(chain[0], verify))
        {
            foreach (MemoryRange range in chain[0].Manifest.Ranges)
            {
                SafeMappingHandle mapping = SafeMappingHandle.PrivateFile(file, (long)range.FileOffset, range.Length);
                mapping.AvoidLargePages();
                regions.Add(new GuestRegion(new GuestAddress(range.GuestAddress), mapping));
            }
        }
        GuestMemory memory = new([.. regions]);
        int mapped = 0;
        foreach (MemoryLayer layer in chain.Skip(1))
        {
            using SafeFd file = Open(layer, verify);
            mapped += LayOver(memory, regions, layer.Manifest, file, mappedRunCountMax - mapped);
        }
        return regions;
    }

    /// <summary>Marks, per region, the pages that any layer holds.</summary>
    internal static void MarkPresent(IReadOnlyList<MemoryLayer> chain, IReadOnlyList<DirtyBitmap> into)
    {
        foreach (MemoryManifest manifest in chain.Select(layer => layer.Manifest))
        {
            foreach ((int region, ulong offset, FilePageRun run) in Pieces(manifest))
            {
                into[region].Mark(offset, run.Count * PageSize.Bytes);
            }
        }
    }

    /// <summary>Refuses a manifest whose memory is not that of a microVM of this size.</summary>
    /// <exception cref="SnapshotException">Size or ranges differ.</exception>
    internal static void RequireLayout(int memoryMib, MemoryManifest manifest)
    {
        IReadOnlyList<(ulong Start, ulong LengthBytes)> expected = GuestRamLayout.For(memoryMib);
        ulong offset = 0;
        bool fits = manifest.Ranges.Count == expected.Count;
        for (int i = 0; fits && i < expected.Count; i++)
        {
            fits = manifest.Ranges[i] == new MemoryRange(expected[i].Start, expected[i].LengthBytes, offset);
            offset += expected[i].LengthBytes;
        }
        if (!fits)
        {
            throw new SnapshotException(
                SnapshotFault.MemoryMismatch,
                $"Snapshot's memory file has {manifest.GuestBytes >> 20} MiB in "
                + $"{manifest.Ranges.Count} ranges, its microVM has {memoryMib} MiB in {expected.Count}.");
        }
    }

    private static void RequireChain(int memoryMib, IReadOnlyList<MemoryLayer> chain)
    {
        SnapshotId below = SnapshotId.None;
        foreach (MemoryLayer layer in chain)
        {
            layer.Manifest.RequireBase(below);
            below = layer.Id;
            RequireLayout(memoryMib, layer.Manifest);
        }
    }

    private static SafeFd Open(MemoryLayer layer, bool verify)
    {
        using (SafeFileHandle handle = File.OpenHandle(layer.Path))
        {
            if (verify)
            {
                MemoryFileVerifier.Verify(handle, layer.Manifest);
            }
            else
            {
                MemoryFileVerifier.RequireLength(handle, layer.Manifest);
            }
        }
        return SafeFd.Open(layer.Path, FileOpen.Read);
    }

    /// <summary>Maps or copies a layer's runs.</summary>
    /// <returns>How many it mapped.</returns>
    private static int LayOver(
        GuestMemory memory, List<GuestRegion> regions, MemoryManifest manifest, SafeFd file, int mappedRunCountMax)
    {
        int mapped = 0;
        foreach ((int index, ulong offset, FilePageRun run) in Pieces(manifest))
        {
            long fileOffset = (long)run.FirstPage * PageSize.Bytes;
            ulong length = run.Count * PageSize.Bytes;
            if (run.Count >= MappedRunPagesMin && mapped < mappedRunCountMax)
            {
                regions[index].Mapping.OverlayFile(offset, file, fileOffset, length);
                mapped++;
                continue;
            }
            Copy(memory, regions[index].Start.Add(offset), file, fileOffset, length);
        }
        return mapped;
    }

    private static void Copy(GuestMemory memory, GuestAddress to, SafeFd file, long fileOffset, ulong lengthBytes)
    {
        const int ChunkBytes = 1 << 20;
        for (ulong done = 0; done < lengthBytes;)
        {
            int wanted = (int)Math.Min(ChunkBytes, lengthBytes - done);
            Errno errno = memory.TryReadFromAt(file, fileOffset + (long)done, to.Add(done), wanted, out int count);
            if (errno != Errno.OK || count == 0)
            {
                throw new SnapshotException(
                    SnapshotFault.Truncated,
                    $"Memory file cannot be read at offset {fileOffset + (long)done} ({errno}).");
            }
            done += (ulong)count;
        }
    }

    /// <summary>The runs, cut at region borders: region, offset in it, and place in the file.</summary>
    private static IEnumerable<(int Region, ulong OffsetBytes, FilePageRun Run)> Pieces(MemoryManifest manifest)
    {
        int region = 0;
        foreach (FilePageRun run in manifest.Runs)
        {
            ulong first = run.FirstPage;
            while (first < run.EndPage)
            {
                while (EndPage(manifest.Ranges[region]) <= first)
                {
                    region++;
                }
                MemoryRange range = manifest.Ranges[region];
                ulong end = Math.Min(run.EndPage, EndPage(range));
                yield return (region, first * PageSize.Bytes - range.FileOffset, new FilePageRun(first, end - first));
                first = end;
            }
        }
    }

    private static ulong EndPage(MemoryRange range) => (range.FileOffset + range.Length) / PageSize.Bytes;
}
