using System.Runtime.InteropServices;
using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Memory;

/// <summary>
/// Which pages of a region this process has of its own, by /proc/self/pagemap
/// (Documentation/admin-guide/mm/pagemap.rst).
/// </summary>
public sealed class PageScan : IDisposable
{
    private const ulong Present = 1UL << 63;
    private const ulong Swapped = 1UL << 62;
    private const ulong FileOrShared = 1UL << 61;
    private const int EntriesPerRead = 4096;

    private readonly SafeFd _pagemap = SafeFd.Open("/proc/self/pagemap", FileOpen.Read);

    /// <summary>
    /// Marks pages that were written since the region was mapped: in anonymous memory all that were ever touched, in a
    /// private view of a file those that differ from it.
    /// </summary>
    /// <exception cref="LinuxException">The file cannot be read.</exception>
    public void MarkPrivate(GuestRegion region, DirtyBitmap into)
    {
        Invariant.That(into.PageCount == region.LengthBytes / PageSize.Bytes);
        Span<ulong> entries = new ulong[EntriesPerRead];
        long firstPage = region.Mapping.Address >> PageSize.Shift;
        for (ulong page = 0; page < into.PageCount;)
        {
            int wanted = (int)Math.Min((ulong)EntriesPerRead, into.PageCount - page);
            Span<byte> bytes = MemoryMarshal.AsBytes(entries[..wanted]);
            Errno errno = _pagemap.TryReadAt(bytes, (firstPage + (long)page) * sizeof(ulong), out int count);
            if (errno != Errno.OK || count < sizeof(ulong))
            {
                throw new LinuxException(errno, "read /proc/self/pagemap");
            }
            int got = count / sizeof(ulong);
            for (int i = 0; i < got; i++)
            {
                if ((entries[i] & (Present | Swapped)) != 0 && (entries[i] & FileOrShared) == 0)
                {
                    into.Mark((page + (ulong)i) * PageSize.Bytes, 1);
                }
            }
            page += (ulong)got;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _pagemap.Dispose();
}
