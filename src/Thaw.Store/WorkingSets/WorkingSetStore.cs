using System.Collections.Immutable;
using System.Security.Cryptography;

namespace Thaw.Store;

/// <summary>
/// Keeps the working set of each layer beside it: learnt from clones, learnt anew when they behave otherwise, and laid
/// out first when the layer is compacted. Sealed under the layer's own data key.
/// </summary>
public sealed class WorkingSetStore
{
    private const int HeaderBytes = 16;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int BytesMax = HeaderBytes + NonceBytes + TagBytes + 4 + (12 * StoreLimits.WorkingSetRangesMax);

    private static readonly byte[] s_header = [.. "THAWWSET"u8, 1, 0, 0, 0, 0, 0, 0, 0];

    private readonly IWritableChunkStore _store;
    private readonly IKeyService _keys;
    private readonly IEntropy _entropy;

    /// <summary>Keeps working sets in a store.</summary>
    public WorkingSetStore(IWritableChunkStore store, IKeyService keys, IEntropy entropy)
    {
        _store = store;
        _keys = keys;
        _entropy = entropy;
    }

    /// <summary>Keeps a layer's working set in place of what was there.</summary>
    /// <exception cref="ArgumentException">Pages that are not in the layer, or too many ranges.</exception>
    /// <exception cref="KeyException">The layer's key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask SaveAsync(
        LayerManifest layer, IReadOnlyCollection<WorkingSetEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count > StoreLimits.WorkingSetRangesMax)
        {
            throw new ArgumentException(
                $"A working set of {entries.Count} ranges, the bound is {StoreLimits.WorkingSetRangesMax}.",
                nameof(entries));
        }
        FieldWriter writer = new();
        WorkingSetCodec.Encode(writer, entries, layer.Spaces);
        byte[] record = new byte[HeaderBytes + NonceBytes + writer.Length + TagBytes];
        s_header.CopyTo(record, 0);
        _entropy.Fill(record.AsSpan(HeaderBytes, NonceBytes));
        using DataKey key = await UnwrapAsync(layer, cancellationToken).ConfigureAwait(false);
        using (AesGcm cipher = Cipher(key, layer.Id))
        {
            cipher.Encrypt(
                record.AsSpan(HeaderBytes, NonceBytes),
                writer.Written,
                record.AsSpan(HeaderBytes + NonceBytes, writer.Length),
                record.AsSpan(HeaderBytes + NonceBytes + writer.Length),
                s_header);
        }
        await _store.PutAsync(NameOf(layer), record, PutMode.Replace, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// The layer's working set: the one learnt last, else the one that it was laid out by, else nothing. A record that
    /// is damaged counts as none: nothing but speed depends on it.
    /// </summary>
    /// <exception cref="KeyException">The layer's key was revoked, or the key service refused.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public async ValueTask<ImmutableArray<WorkingSetEntry>> LoadAsync(
        LayerManifest layer, CancellationToken cancellationToken)
    {
        byte[]? record = await ObjectReader.ReadAllAsync(
            _store, NameOf(layer), BytesMax, Freshness.Origin, cancellationToken).ConfigureAwait(false);
        if (record is null || record.Length < HeaderBytes + NonceBytes + TagBytes
            || !record.AsSpan().StartsWith(s_header))
        {
            return layer.WorkingSet;
        }
        using DataKey key = await UnwrapAsync(layer, cancellationToken).ConfigureAwait(false);
        byte[] body = new byte[record.Length - HeaderBytes - NonceBytes - TagBytes];
        try
        {
            using AesGcm cipher = Cipher(key, layer.Id);
            cipher.Decrypt(
                record.AsSpan(HeaderBytes, NonceBytes),
                record.AsSpan(HeaderBytes + NonceBytes, body.Length),
                record.AsSpan(HeaderBytes + NonceBytes + body.Length),
                body,
                s_header);
        }
        catch (AuthenticationTagMismatchException)
        {
            return layer.WorkingSet;
        }
        FieldReader reader = new(body);
        ImmutableArray<WorkingSetEntry> entries = WorkingSetCodec.Decode(ref reader, layer.Spaces);
        return reader.IsGood && reader.Remaining == 0 ? entries : layer.WorkingSet;
    }

    private static StoreName NameOf(LayerManifest layer) => StoreName.For(StoreArea.WorkingSet, layer.Id);

    private static AesGcm Cipher(DataKey key, LayerId id)
    {
        Span<byte> use = stackalloc byte[19 + LayerId.Bytes];
        "thaw working set v1"u8.CopyTo(use);
        id.Write(use[19..]);
        Span<byte> subkey = stackalloc byte[DataKey.SecretBytes];
        key.Derive(use, subkey);
        AesGcm cipher = new(subkey, TagBytes);
        CryptographicOperations.ZeroMemory(subkey);
        return cipher;
    }

    private ValueTask<DataKey> UnwrapAsync(LayerManifest layer, CancellationToken cancellationToken) =>
        _keys.UnwrapAsync(layer.Header.Keyspace, layer.Header.Keys[0], cancellationToken);
}
