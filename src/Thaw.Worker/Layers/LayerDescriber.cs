using Thaw.Store;
using Thaw.Store.S3;

namespace Thaw.Worker.Layers;

/// <summary>Says what layers are and weigh, as far as this machine's keys open them.</summary>
internal sealed class LayerDescriber(StoreStack stack, SnapshotVault vault)
{
    private IReadOnlyList<KeyInfo>? _keys;

    /// <summary>Describes one layer.</summary>
    /// <exception cref="KeyException">The key service refused altogether.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    internal async Task<SnapshotLayer> DescribeAsync(
        LayerHeader header, bool isRoot, CancellationToken cancellationToken)
    {
        _keys ??= await stack.Keys.ListAsync(cancellationToken).ConfigureAwait(false);
        KeyId keyId = header.Keys[0].MasterKeyId;
        SnapshotLayer known = new()
        {
            Id = header.Id.ToString(),
            ParentId = header.ParentId.IsNone ? null : header.ParentId.ToString(),
            Kind = NameOf(header.Kind),
            Keyspace = header.Keyspace.ToString(),
            KeyId = keyId.ToString(),
            KeyState = _keys.FirstOrDefault(key => key.Id == keyId) is { } key ? NameOf(key.State) : "unknown",
            CreatedAt = header.Created,
            IsRoot = isRoot,
            Chunks = header.ChunkIds.Length,
        };
        try
        {
            using LayerChain chain = await stack.Loader.LoadChainAsync(header.Id, cancellationToken)
                .ConfigureAwait(false);
            LayerManifest manifest = chain.Leaf.Manifest;
            known = known with
            {
                GuestBytes = manifest.FindSpace(LayerSpace.Memory)?.LengthBytes,
                OwnPages = manifest.Totals.OwnPages,
                ZeroPages = manifest.Totals.ZeroPages,
                BytesStored = manifest.Totals.BytesStored,
                BytesShared = manifest.Totals.BytesShared,
            };
            return known with
            {
                Name = (await vault.ReadManifestAsync(chain, cancellationToken).ConfigureAwait(false)).Title,
            };
        }
        catch (Exception failure) when (failure is LayerException or ChunkException or KeyException)
        {
            return known with { Problem = failure.Message };
        }
    }

    /// <summary>The spaces of an open layer.</summary>
    internal static IReadOnlyList<SnapshotSpace> SpacesOf(LayerManifest manifest) =>
    [
        .. manifest.Spaces.Select(space => new SnapshotSpace(
            space.Name, space.LengthBytes, space.Map.StoredPages, space.Map.ZeroPages,
            space.PageCount - space.Map.StoredPages - space.Map.ZeroPages)),
    ];

    /// <summary>active, retired, destroyed.</summary>
    internal static string NameOf(KeyState state) => state switch
    {
        KeyState.Active => "active",
        KeyState.Retired => "retired",
        _ => "destroyed",
    };

    private static string NameOf(LayerKind kind) => kind switch
    {
        LayerKind.Boot => "boot",
        LayerKind.Runtime => "runtime",
        _ => "function",
    };
}
