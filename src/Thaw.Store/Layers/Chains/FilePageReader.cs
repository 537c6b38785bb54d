using Microsoft.Win32.SafeHandles;
using Thaw.Core;
using Thaw.Linux;

namespace Thaw.Store;

/// <summary>
/// Pages of a file: a snapshot's memory file, a disk image. What the file system says is a hole is not read.
/// </summary>
public sealed class FilePageReader : IPageReader, IDisposable
{
    private readonly SafeFileHandle _file;

    /// <summary>The parts with data: ascending, without overlap.</summary>
    private readonly IReadOnlyList<(long Offset, long Length)> _data;

    /// <summary>Opens a file, which does not change meanwhile.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public FilePageReader(string path)
    {
        _data = SparseFile.FindData(path);
        _file = File.OpenHandle(path);
        LengthBytes = RandomAccess.GetLength(_file);
    }

    /// <summary>The file's length.</summary>
    public long LengthBytes { get; }

    /// <inheritdoc/>
    public ValueTask ReadAsync(uint firstPage, Memory<byte> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long offset = (long)firstPage * PageSize.Bytes;
        int count = 0;
        // On this thread: asynchronous reads of files are reads on another one.
        while (count < destination.Length && HasData(offset + count, destination.Length - count))
        {
            int read = RandomAccess.Read(_file, destination.Span[count..], offset + count);
            if (read == 0)
            {
                break;
            }
            count += read;
        }
        destination.Span[count..].Clear();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private bool HasData(long offset, int length)
    {
        int low = 0;
        int high = _data.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            bool isBefore = _data[middle].Offset + _data[middle].Length <= offset;
            (low, high) = isBefore ? (middle + 1, high) : (low, middle);
        }
        return low < _data.Count && _data[low].Offset < offset + length;
    }
}
