using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace Thaw.Store.S3;

/// <summary>
/// A store in a bucket of any service that speaks S3, with reads and listings that show what was written before. One
/// request each and no retries: put <see cref="LimitingChunkStore"/> and <see cref="RetryingChunkStore"/> in front.
/// </summary>
public sealed class S3ChunkStore : IPrunableChunkStore, IDisposable
{
    private readonly IAmazonS3 _client;
    private readonly S3Location _location;

    /// <summary>Opens a store.</summary>
    /// <param name="client">Reaches the service; the store owns it.</param>
    /// <param name="location">Where in it; the bucket must be there.</param>
    public S3ChunkStore(IAmazonS3 client, S3Location location)
    {
        _client = client;
        _location = location;
    }

    /// <summary>Objects in one answer to a listing.</summary>
    internal int ListPageSize { get; init; } = 1000;

    /// <summary>Objects and bytes moved.</summary>
    public StoreCounters Counters { get; } = new();

    /// <summary>Opens a store with credentials from where AWS tools take them.</summary>
    /// <exception cref="StoreException">No credentials or no region are to be found.</exception>
    public static S3ChunkStore Open(S3StoreOptions options) => new(S3ClientFactory.Create(options), options.Location);

    /// <inheritdoc/>
    public async ValueTask<StoreRead> ReadAsync(
        StoreName name, long offset, Memory<byte> destination, Freshness freshness, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        if (destination.IsEmpty)
        {
            StoreEntry? entry = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            return entry is { } found ? StoreRead.Found(0, found.SizeBytes) : StoreRead.Missing;
        }
        GetObjectRequest request = new()
        {
            BucketName = _location.Bucket,
            Key = _location.KeyOf(name),
            // An object that turns out larger than the buffer is not moved as a whole.
            ByteRange = new ByteRange(offset, offset + destination.Length - 1),
        };
        try
        {
            using GetObjectResponse response = await _client
                .GetObjectAsync(request, cancellationToken).ConfigureAwait(false);
            int count = await FillAsync(response, destination, cancellationToken).ConfigureAwait(false);
            Counters.CountRead(count);
            return StoreRead.Found(count, ObjectBytesOf(response));
        }
        catch (AmazonS3Exception e) when (e.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            // Behind the end, or empty.
            StoreEntry? entry = await FindAsync(name, cancellationToken).ConfigureAwait(false);
            return entry is { } found ? StoreRead.Found(0, found.SizeBytes) : StoreRead.Missing;
        }
        catch (AmazonS3Exception e) when (S3Faults.IsMissing(e))
        {
            return StoreRead.Missing;
        }
        catch (Exception e) when (S3Faults.IsKnown(e, cancellationToken))
        {
            throw S3Faults.Translate(e, $"Object {name} cannot be read", name);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoreEntry?> FindAsync(StoreName name, CancellationToken cancellationToken)
    {
        try
        {
            GetObjectMetadataResponse response = await _client
                .GetObjectMetadataAsync(_location.Bucket, _location.KeyOf(name), cancellationToken)
                .ConfigureAwait(false);
            return new StoreEntry(name, response.ContentLength, Utc(response.LastModified));
        }
        catch (AmazonS3Exception e) when (S3Faults.IsMissing(e))
        {
            return null;
        }
        catch (Exception e) when (S3Faults.IsKnown(e, cancellationToken))
        {
            throw S3Faults.Translate(e, $"Object {name} cannot be looked up", name);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PutOutcome> PutAsync(
        StoreName name, ReadOnlyMemory<byte> content, PutMode mode, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentOutOfRangeException.ThrowIfZero(content.Length, nameof(content));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, StoreLimits.ObjectBytesMax, nameof(content));
        // A look first costs less than sending bytes that are there, and every server understands it.
        if (mode == PutMode.IfAbsent && await FindAsync(name, cancellationToken).ConfigureAwait(false) is not null)
        {
            return PutOutcome.AlreadyThere;
        }
        using MemoryStream stream = AsStream(content);
        PutObjectRequest request = new()
        {
            BucketName = _location.Bucket,
            Key = _location.KeyOf(name),
            InputStream = stream,
            ContentType = "application/octet-stream",
            AutoCloseStream = false,
            UseChunkEncoding = false,
        };
        try
        {
            await _client.PutObjectAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (S3Faults.IsKnown(e, cancellationToken))
        {
            throw S3Faults.Translate(e, $"Object {name} cannot be written", name);
        }
        Counters.CountWrite(content.Length);
        return PutOutcome.Written;
    }

    /// <inheritdoc/>
    /// <remarks>An object that was answered for is durable.</remarks>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async IAsyncEnumerable<StoreEntry> ListAsync(
        StoreArea area, StoreName? after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? startAfter = after is { } last ? _location.KeyOf(last) : null;
        while (true)
        {
            // Going on by key and not by continuation token: a listing can be resumed, and more servers get it right.
            ListObjectsV2Request request = new()
            {
                BucketName = _location.Bucket,
                Prefix = _location.KeyOf(area),
                MaxKeys = ListPageSize,
                StartAfter = startAfter,
            };
            ListObjectsV2Response page = await ListPageAsync(request, area, cancellationToken).ConfigureAwait(false);
            foreach (S3Object item in page.S3Objects ?? [])
            {
                startAfter = item.Key;
                string hex = item.Key[(item.Key.LastIndexOf('/') + 1)..];
                if (StoreName.TryParse(area, hex, out StoreName name)
                    && _location.KeyOf(name) == item.Key
                    && name.IsBehind(after))
                {
                    yield return new StoreEntry(name, item.Size ?? 0, Utc(item.LastModified));
                }
            }
            if (page.IsTruncated != true || page.S3Objects is not { Count: > 0 })
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> DeleteAsync(StoreName name, CancellationToken cancellationToken)
    {
        // S3 answers the same whether there was something or not.
        bool isThere = await FindAsync(name, cancellationToken).ConfigureAwait(false) is not null;
        if (isThere)
        {
            try
            {
                await _client.DeleteObjectAsync(_location.Bucket, _location.KeyOf(name), cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception e) when (S3Faults.IsKnown(e, cancellationToken))
            {
                throw S3Faults.Translate(e, $"Object {name} cannot be deleted", name);
            }
        }
        return isThere;
    }

    /// <inheritdoc/>
    /// <remarks>Objects are put in one request each: an interrupted one leaves nothing.</remarks>
    public ValueTask<long> RemoveLeftoversAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ValueTask.FromResult(0L);

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();

    private static MemoryStream AsStream(ReadOnlyMemory<byte> content) =>
        MemoryMarshal.TryGetArray(content, out ArraySegment<byte> segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(content.ToArray(), writable: false);

    private static DateTimeOffset Utc(DateTime? modified) =>
        modified is { } time ? new DateTimeOffset(time.ToUniversalTime()) : DateTimeOffset.MaxValue;

    // Of a part, the whole's length is behind the slash: "bytes 0-99/1234".
    private static long ObjectBytesOf(GetObjectResponse response)
    {
        string range = response.ContentRange ?? "";
        return long.TryParse(range[(range.LastIndexOf('/') + 1)..], out long whole) ? whole : response.ContentLength;
    }

    private static async ValueTask<int> FillAsync(
        GetObjectResponse response, Memory<byte> destination, CancellationToken cancellationToken)
    {
        int wanted = (int)Math.Min(response.ContentLength, destination.Length);
        int count = 0;
        while (count < wanted)
        {
            int read = await response.ResponseStream
                .ReadAsync(destination[count..wanted], cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new IOException($"The connection ended after {count} of {wanted} bytes.");
            }
            count += read;
        }
        return count;
    }

    private async ValueTask<ListObjectsV2Response> ListPageAsync(
        ListObjectsV2Request request, StoreArea area, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.ListObjectsV2Async(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (S3Faults.IsKnown(e, cancellationToken))
        {
            throw S3Faults.Translate(e, $"{area.Folder()} cannot be listed", null);
        }
    }
}
