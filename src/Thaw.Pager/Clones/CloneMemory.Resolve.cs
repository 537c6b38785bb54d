using Thaw.Core;
using Thaw.Linux;
using Thaw.Pager.Images;
using Thaw.Pager.Sources;

namespace Thaw.Pager.Clones;

/// <summary>Putting pages into the clone, and waking it. The serving thread's.</summary>
internal sealed partial class CloneMemory
{
    /// <summary>Pages that one fault brings with it at most, where they are copied or zero.</summary>
    private const uint PagesPerFault = 16;

    private const int PushesPerTurn = 32;

    private void ResolveArrived()
    {
        // Only what is there now: a page that cannot be resolved yet comes again.
        for (int left = _arrived.Count; left > 0 && _arrived.TryDequeue(out uint page); left--)
        {
            Resolve(page);
        }
    }

    private void PushSome()
    {
        int left = PushesPerTurn;
        while (left-- > 0 && _pushed.TryDequeue(out uint page))
        {
            if (!_removed[page] && _view.ImageOf(page) is { } image && image.Has(page)
                && _handOff.Map.TryLocate(page, out ulong address, out _))
            {
                // What fails here is done by the fault that follows.
                _ = image.TryCopyTo(_handOff.Faults, address, page, 1, out _);
            }
        }
        if (!_pushed.IsEmpty)
        {
            _wake.Signal();
        }
    }

    /// <summary>Lets who waits for a page go on; it is zero or in its image.</summary>
    private void Resolve(uint page)
    {
        if (!_handOff.Map.TryLocate(page, out ulong address, out uint pagesLeft))
        {
            return;
        }
        SourceRun run = _view.RunOf(page);
        Errno errno;
        if (_removed[page])
        {
            errno = _handOff.Faults.TryZero(address, PageSize.Bytes, out _);
        }
        else if (run.IsZero || _view.ImageOf(page) is not { } image)
        {
            uint end = (page / PagesPerFault * PagesPerFault) + PagesPerFault;
            uint count = Math.Min(Math.Min(run.IsZero ? run.End : page + 1, end) - page, pagesLeft);
            errno = _handOff.Faults.TryZero(address, (ulong)count * PageSize.Bytes, out long zeroed);
            errno = zeroed > 0 ? Errno.OK : errno;
        }
        else if (_handOff.IsShared)
        {
            errno = _handOff.Faults.TryWake(address, PageSize.Bytes);
        }
        else
        {
            errno = image.TryCopyTo(_handOff.Faults, address, page, CopyCount(image, page, pagesLeft), out long copied);
            errno = copied > 0 ? Errno.OK : errno;
            NoteCopied(page, (uint)(copied / PageSize.Bytes));
        }
        Settle(page, address, errno);
    }

    // What came along with a fault will not fault itself: it counts as touched.
    private void NoteCopied(uint page, uint count)
    {
        for (uint i = 0; i < count; i++)
        {
            _touched.Add(page + i);
        }
    }

    // Neighbours that are in memory already come along.
    private uint CopyCount(LayerImage image, uint page, uint pagesLeft)
    {
        uint end = Math.Min(page + pagesLeft, (page / PagesPerFault * PagesPerFault) + PagesPerFault);
        uint count = 1;
        while (page + count < end && !_removed[page + count] && _view.ImageOf(page + count) == image
            && image.Has(page + count))
        {
            count++;
        }
        return count;
    }

    private void Settle(uint page, ulong address, Errno errno)
    {
        switch (errno)
        {
            case Errno.OK:
                break;
            case Errno.EEXIST:
                // It came in another way; who waited meanwhile is to look again.
                _ = _handOff.Faults.TryWake(address, PageSize.Bytes);
                break;
            case Errno.EAGAIN or Errno.EINTR:
                // Memory is being given back at this moment; the event about it has to be read first.
                _arrived.Enqueue(page);
                _wake.Signal();
                break;
            case Errno.ESRCH:
                // The process ended.
                break;
            default:
                Fail($"page {page} cannot be put at 0x{address:x}: {errno}");
                break;
        }
    }
}
