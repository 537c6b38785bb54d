using Microsoft.Win32.SafeHandles;
using Thaw.Core;

namespace Thaw.Store;

/// <summary>Pages of a file: a snapshot's memory file, a disk image.</summary>
public sealed class FilePageReader : IPageReader, IDisposable
{
    private readonly SafeFileHandle _file;

    /// <summary>Opens a file, which does not change meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FilePageReader(string path)
    {
        _file = File.OpenHandle(path);
        LengthBytes = RandomAccess.GetLength(_file);
    }

    /// <summary>The file's length.</summary>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(uint firstPage, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long offset = (long)firstPage * PageSize.Bytes;
        int count = 0;
        while (count < destination.Length)
        {
            int read = await RandomAccess
                .ReadAsync(_file, destination[count..], offset + count, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                break;
            }
            count += read;
        }
        destination.Span[count..].Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
