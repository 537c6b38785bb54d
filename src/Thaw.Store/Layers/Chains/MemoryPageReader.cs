using Thaw.Core;

namespace Thaw.Store;

/// <summary>Pages of a buffer.</summary>
public sealed class MemoryPageReader : IPageReader
{
    private readonly ReadOnlyMemory<byte> _content;

    /// <summary>Reads from <paramref name="content"/>, which does not change meanwhile.</summary>
    public MemoryPageReader(ReadOnlyMemory<byte> content) => _content = content;

    /// <inheritdoc/>
    public ValueTask ReadAsync(uint firstPage, Memory<byte> destination, CancellationToken cancellationToken)
    {
        long offset = (long)firstPage * PageSize.Bytes;
        int count = (int)Math.Clamp(_content.Length - offset, 0, destination.Length);
        if (count > 0)
        {
            _content.Slice((int)offset, count).CopyTo(destination);
        }
        destination.Span[count..].Clear();
        return ValueTask.CompletedTask;
    }
}
