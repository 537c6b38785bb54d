using System.Buffers.Binary;
using Thaw.Core;
using Thaw.Linux;
using Thaw.Pager.Views;
using Thaw.Protocol;

namespace Thaw.Pager.Clones;

/// <summary>
/// Which pages of guest memory a monitor has mapped, by its /proc/PID/pagemap
/// (Documentation/admin-guide/mm/pagemap.rst): what its guest or its devices touched.
/// </summary>
internal static class PageTable
{
    private const int EntryBytes = 8;
    private const int EntriesPerRead = 8192;
    private const ulong PresentOrSwapped = 3UL << 62;
    private const ulong FileOrShared = 1UL << 61;

    /// <summary>The pages that lie in segments of a view's images and are mapped.</summary>
    /// <exception cref="IOException">The process is gone, or may not be looked at.</exception>
    internal static List<uint> FindMapped(int process, FaultMap map, MemoryView view)
    {
        List<uint> mapped = [];
        using SafeFd pagemap = Open(process);
        foreach (MemorySegment segment in view.Plan.Segments)
        {
            Collect(
                pagemap, map, (uint)(segment.Offset / PageSize.Bytes), (uint)(segment.End / PageSize.Bytes), mapped,
                entry => (entry & PresentOrSwapped) != 0);
        }
        return mapped;
    }

    /// <summary>The pages that are the monitor's own: its guest or its devices wrote to them. Ascending.</summary>
    /// <exception cref="IOException">The process is gone, or may not be looked at.</exception>
    internal static List<uint> FindWritten(int process, FaultMap map, uint pageCount)
    {
        List<uint> written = [];
        using SafeFd pagemap = Open(process);
        Collect(
            pagemap, map, 0, pageCount, written,
            entry => (entry & PresentOrSwapped) != 0 && (entry & FileOrShared) == 0);
        return written;
    }

    private static SafeFd Open(int process) => SafeFd.Open($"/proc/{process}/pagemap", FileOpen.Read);

    private static void Collect(
        SafeFd pagemap, FaultMap map, uint page, uint end, List<uint> found, Func<ulong, bool> isWanted)
    {
        byte[] entries = new byte[EntriesPerRead * EntryBytes];
        while (page < end)
        {
            if (!map.TryLocate(page, out ulong address, out uint pagesLeft))
            {
                page++;
                continue;
            }
            int count = (int)Math.Min(Math.Min(end - page, pagesLeft), EntriesPerRead);
            Read(pagemap, address, entries.AsSpan(0, count * EntryBytes));
            for (int i = 0; i < count; i++)
            {
                if (isWanted(BinaryPrimitives.ReadUInt64LittleEndian(entries.AsSpan(i * EntryBytes))))
                {
                    found.Add(page + (uint)i);
                }
            }
            page += (uint)count;
        }
    }

    private static void Read(SafeFd pagemap, ulong address, Span<byte> entries)
    {
        long offset = (long)(address / PageSize.Bytes) * EntryBytes;
        for (int done = 0; done < entries.Length;)
        {
            Errno errno = pagemap.TryReadAt(entries[done..], offset + done, out int count);
            if (errno != Errno.OK || count == 0)
            {
                throw new LinuxException(errno, "read of a monitor's pagemap");
            }
            done += count;
        }
    }
}
