namespace Thaw.Store;

/// <summary>Pages of 4 KiB that can be read: guest memory in a file, a disk, a layer's space.</summary>
public interface IPageReader
{
    /// <summary>Reads whole pages; what is behind the content's end is zero.</summary>
    /// <param name="firstPage">Number of the first page.</param>
    /// <param name="destination">A multiple of 4 KiB long.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    ValueTask ReadAsync(uint firstPage, Memory<byte> destination, CancellationToken cancellationToken);
}
