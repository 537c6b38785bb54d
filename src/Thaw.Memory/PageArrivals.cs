using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Memory;

/// <summary>
/// Waits for missing pages of a region inside a system call, before managed code touches them. A thread that waits for
/// a page in managed code holds up every garbage collection, and with it the threads that could say why the page does
/// not come.
/// </summary>
/// <remarks>Safe for several threads. Pages that came are not asked for again: nothing takes them away.</remarks>
public sealed class PageArrivals
{
    private readonly SafeMappingHandle _mapping;
    private readonly DirtyBitmap _arrived;

    /// <summary>No page of <paramref name="mapping"/> is known to be there.</summary>
    public PageArrivals(SafeMappingHandle mapping)
    {
        _mapping = mapping;
        _arrived = new DirtyBitmap(mapping.LengthBytes / PageSize.Bytes);
    }

    /// <summary>Returns when all pages of a range are there, or cannot be had in this way.</summary>
    public void Await(ulong offsetBytes, ulong lengthBytes)
    {
        if (lengthBytes == 0)
        {
            return;
        }
        ulong first = offsetBytes >> PageSize.Shift;
        ulong last = (offsetBytes + lengthBytes - 1) >> PageSize.Shift;
        ulong page = first;
        while (page <= last && _arrived[page])
        {
            page++;
        }
        if (page > last)
        {
            return;
        }
        ulong start = page * PageSize.Bytes;
        ulong length = (last + 1) * PageSize.Bytes - start;
        Errno errno;
        do
        {
            errno = _mapping.TryAdvise(start, length, Libc.MADV_POPULATE_READ);
        }
        while (errno is Errno.EINTR or Errno.EAGAIN);
        if (errno == Errno.OK)
        {
            _arrived.Mark(start, length);
        }
    }
}
