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

    /// <summary>The pages that lie in segments of a view's images and are mapped.</summary>
    /// <exception cref="IOException">The process is gone, or may not be looked at.</exception>
    internal static List<uint> FindMapped(int process, FaultMap map, MemoryView view)
    {
        List<uint> mapped = [];
        byte[] entries = new byte[EntriesPerRead * EntryBytes];
        using SafeFd pagemap = SafeFd.Open($"/proc/{process}/pagemap", FileOpen.Read);
        foreach (MemorySegment segment in view.Plan.Segments)
        {
            uint page = (uint)(segment.Offset / PageSize.Bytes);
            uint end = (uint)(segment.End / PageSize.Bytes);
            while (page < end)
            {
                if (!map.TryLocate(page, out ulong address, out uint pagesLeft))
                {
                    page++;
                    continue;
                }
                int count = (int)Math.Min(Math.Min(end - page, pagesLeft), EntriesPerRead);
                Collect(pagemap, address, page, entries.AsSpan(0, count * EntryBytes), mapped);
                page += (uint)count;
            }
        }
        return mapped;
    }

    private static void Collect(SafeFd pagemap, ulong address, uint page, Span<byte> entries, List<uint> mapped)
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
        for (int i = 0; i < entries.Length / EntryBytes; i++)
        {
            if ((BinaryPrimitives.ReadUInt64LittleEndian(entries[(i * EntryBytes)..]) & PresentOrSwapped) != 0)
            {
                mapped.Add(page + (uint)i);
            }
        }
    }
}
