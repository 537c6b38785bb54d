using System.Buffers;

namespace Thaw.Store;

/// <summary>Reads objects whose length is not known beforehand, within a bound.</summary>
internal static class ObjectReader
{
    private const int FirstReadBytes = 64 * 1024;

    /// <summary>The whole object, or null when there is none.</summary>
    /// <exception cref="StoreException">The store failed, or the object is over the bound.</exception>
    internal static async ValueTask<byte[]?> ReadAllAsync(
        IChunkStore store, StoreName name, int bytesMax, Freshness freshness, CancellationToken cancellationToken)
    {
        // Most manifests fit into the first read.
        int room = Math.Min(FirstReadBytes, bytesMax);
        while (true)
        {
            byte[] buffer = ArrayPool<byte>.Shared.Rent(room);
            try
            {
                StoreRead read = await store
                    .ReadAsync(name, 0, buffer.AsMemory(0, room), freshness, cancellationToken).ConfigureAwait(false);
                if (!read.IsFound)
                {
                    return null;
                }
                if (read.Count == read.ObjectBytes)
                {
                    return buffer.AsSpan(0, read.Count).ToArray();
                }
                if (read.ObjectBytes > bytesMax)
                {
                    throw new StoreException(
                        StoreFault.TooLarge,
                        $"Object {name} has {read.ObjectBytes} bytes, the bound is {bytesMax}.",
                        name);
                }
                if (read.Count < room || read.ObjectBytes <= room)
                {
                    throw new StoreException(
                        StoreFault.Unavailable,
                        $"Object {name} came with {read.Count} of {read.ObjectBytes} bytes.",
                        name);
                }
                room = (int)read.ObjectBytes;
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
