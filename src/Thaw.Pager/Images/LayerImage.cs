using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Pager.Images;

/// <summary>
/// Guest memory as one layer sees it, in a sparse memory file that clones map privately. Pages come when they are
/// needed and stay; all clones of the layer and of those above it share them.
/// </summary>
/// <remarks>
/// Safe for several threads. A page is put into the file whole: the pager's own mapping is registered with a
/// userfaultfd of its own, and UFFDIO_COPY makes a page visible only when all of it is there. Writing through the
/// mapping or with write(2) would show other clones a page half made. Nothing here ever touches a page that is not
/// there, so that this process never waits for itself.
/// </remarks>
internal sealed class LayerImage : IDisposable
{
    private readonly MemFd _file;
    private readonly SafeMappingHandle _mapping;
    private readonly Userfaultfd _filler;
    private readonly PageBitmap _present;

    /// <exception cref="LinuxException">No memory, or no userfaultfd.</exception>
    internal LayerImage(string layer, uint pageCount)
    {
        Layer = layer;
        PageCount = pageCount;
        _present = new PageBitmap(pageCount);
        ulong bytes = (ulong)pageCount * PageSize.Bytes;
        _file = MemFd.Create("thaw-layer", (long)bytes);
        _filler = Userfaultfd.Create();
        _mapping = SafeMappingHandle.SharedFile(_file, 0, bytes, writable: true);
        _mapping.AvoidLargePages();
        _filler.Register(_mapping, 0, bytes);
        // From here on only the mapping above can fill it: a monitor that a guest took over can't change what others
        // see.
        _file.SealForReaders();
    }

    /// <summary>The layer's name.</summary>
    internal string Layer { get; }

    /// <summary>Its length in pages.</summary>
    internal uint PageCount { get; }

    /// <summary>The file, for monitors: they can read it, and no more.</summary>
    internal SafeFd File => _file;

    /// <summary>Bytes that are in memory.</summary>
    internal long ResidentBytes => _present.Count() * PageSize.Bytes;

    /// <summary>Whether a page is there.</summary>
    internal bool Has(uint page) => _present[page];

    /// <summary>Puts pages where none are.</summary>
    /// <returns>How many were not there.</returns>
    /// <exception cref="LinuxException">No memory.</exception>
    internal int Fill(uint first, ReadOnlySpan<byte> pages)
    {
        int filled = 0;
        int count = pages.Length / PageSize.Bytes;
        for (int done = 0; done < count;)
        {
            if (Has(first + (uint)done))
            {
                done++;
                continue;
            }
            int run = 1;
            while (done + run < count && !Has(first + (uint)(done + run)))
            {
                run++;
            }
            ReadOnlySpan<byte> missing = pages.Slice(done * PageSize.Bytes, run * PageSize.Bytes);
            filled += FillRun(first + (uint)done, missing, out int did);
            done += did;
        }
        return filled;
    }

    /// <summary>Copies a page that is there.</summary>
    /// <exception cref="LinuxException">The file can't be read.</exception>
    internal void Copy(uint page, Span<byte> destination)
    {
        Invariant.That(Has(page));
        Errno errno = _file.TryReadAt(destination[..PageSize.Bytes], (long)page * PageSize.Bytes, out int count);
        if (errno != Errno.OK || count != PageSize.Bytes)
        {
            throw new LinuxException(errno, "pread of a layer's image");
        }
    }

    /// <summary>Copies pages that are there into another process.</summary>
    internal Errno TryCopyTo(Userfaultfd target, ulong address, uint first, uint count, out long copied)
    {
        for (uint page = first; page < first + count; page++)
        {
            Invariant.That(Has(page));
        }
        return target.TryCopy(
            address, _mapping, (ulong)first * PageSize.Bytes, (ulong)count * PageSize.Bytes, out copied);
    }

    public void Dispose()
    {
        _mapping.Dispose();
        _filler.Dispose();
        _file.Dispose();
    }

    // One call to the kernel; did is how many pages are settled by it.
    private int FillRun(uint first, ReadOnlySpan<byte> pages, out int did)
    {
        Errno errno = _filler.TryCopy(_mapping, (ulong)first * PageSize.Bytes, pages, out long copied);
        int filled = (int)(copied / PageSize.Bytes);
        for (uint page = first; page < first + (uint)filled; page++)
        {
            _present.Mark(page);
        }
        did = filled;
        switch (errno)
        {
            case Errno.OK or Errno.EAGAIN or Errno.EINTR:
                break;
            case Errno.EEXIST when filled == 0:
                // Another thread was quicker.
                _present.Mark(first);
                did = 1;
                break;
            case Errno.EEXIST:
                break;
            default:
                throw new LinuxException(errno, "UFFDIO_COPY into a layer's image");
        }
        return filled;
    }
}
