using System.Text.Json;
using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Layers;

/// <summary>Takes snapshots into the store as layers, and brings them back.</summary>
internal sealed class SnapshotVault(StoreStack stack, TimeProvider time)
{
    private readonly LayerPublisher _publisher =
        new(stack.Store, stack.Gate, stack.Keys, stack.Entropy, time);

    /// <summary>A name for a new layer.</summary>
    internal LayerId NewId() => LayerId.Create(stack.Entropy);

    /// <summary>Stores a snapshot. Afterwards it lives until <see cref="RemoveAsync"/>.</summary>
    /// <exception cref="WorkerException">It is not stored, or at least nobody will find it.</exception>
    internal async Task<LayerManifest> StoreAsync(LayerOrder order, CancellationToken cancellationToken)
    {
        List<FilePageReader> readers = [];
        FilePageReader Open(string path)
        {
            FilePageReader reader = new(path);
            readers.Add(reader);
            return reader;
        }
        try
        {
            return await _publisher.PublishAsync(
                new PublishRequest
                {
                    Id = order.Id,
                    Kind = order.Kind,
                    Keyspace = order.Keyspace,
                    ParentId = order.ParentId,
                    Spaces =
                    [
                        SpaceOf(order.Manifest),
                        SpaceOf(LayerSpaces.State, order.Files.State, order.ParentFiles?.State, Open),
                        SpaceOf(LayerSpaces.Code, order.Files.Code, order.ParentFiles?.Code, Open),
                        SpaceOf(LayerSpace.Memory, order.Files.Memory, order.ParentFiles?.Memory, Open),
                    ],
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(
                failure, $"The snapshot of {order.Manifest.Title} can't be stored");
        }
        finally
        {
            readers.ForEach(reader => reader.Dispose());
        }
    }

    /// <summary>Stores a layer's content anew, its working set first. Both layers live afterwards.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="manifest">What the new one is of, its name included.</param>
    /// <param name="workingSet">What comes first.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="LayerException">The layer or an ancestor is missing or refused.</exception>
    /// <exception cref="ChunkException">A chunk is missing or damaged.</exception>
    /// <exception cref="KeyException">The key is gone.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    internal Task<LayerManifest> CompactAsync(
        LayerId id, SnapshotManifest manifest, IReadOnlyList<WorkingSetEntry> workingSet,
        CancellationToken cancellationToken) =>
        _publisher.CompactAsync(
            new CompactionRequest
            {
                Of = id,
                Id = Parse(manifest.LayerId),
                WorkingSet = workingSet,
                Replaced = [SpaceOf(manifest)],
            },
            cancellationToken);

    /// <summary>Writes a snapshot's files as they were.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="files">Where to; an empty directory.</param>
    /// <param name="withMemory">Whether the memory file too.</param>
    /// <param name="what">What it is, for messages: FUNCTION:VERSION.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What it is of.</returns>
    /// <exception cref="WorkerException">The layer is missing or damaged, or its key is gone.</exception>
    internal async Task<SnapshotManifest> FetchAsync(
        string id, SnapshotPaths files, bool withMemory, string what, CancellationToken cancellationToken)
    {
        try
        {
            using LayerChain chain = await stack.Loader.LoadChainAsync(Parse(id), cancellationToken)
                .ConfigureAwait(false);
            SnapshotManifest manifest = await ReadManifestAsync(chain, cancellationToken).ConfigureAwait(false);
            SpaceFileWriter writer = new(new ChunkLoader(stack.Store));
            await writer.WriteAsync(chain.Resolve(LayerSpaces.State), files.State, cancellationToken)
                .ConfigureAwait(false);
            await writer.WriteAsync(chain.Resolve(LayerSpaces.Code), files.Code, cancellationToken)
                .ConfigureAwait(false);
            if (withMemory)
            {
                await writer.WriteAsync(chain.Resolve(LayerSpace.Memory), files.Memory, cancellationToken)
                    .ConfigureAwait(false);
            }
            return manifest with { KeyId = KeyOf(chain.Leaf.Manifest) };
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(failure, $"The snapshot of {what} can't be used");
        }
    }

    /// <summary>Opens a snapshot's layers, to be read in the store.</summary>
    /// <param name="id">The layer.</param>
    /// <param name="what">What it is, for messages: FUNCTION:VERSION.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="WorkerException">The layer is missing or damaged, or its key is gone.</exception>
    internal async Task<StoredLayers> OpenAsync(string id, string what, CancellationToken cancellationToken)
    {
        try
        {
            LayerChain chain = await stack.Loader.LoadChainAsync(Parse(id), cancellationToken).ConfigureAwait(false);
            return new StoredLayers(chain, stack.Store);
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(failure, $"The snapshot of {what} can't be used");
        }
    }

    /// <summary>The master key that a layer is under.</summary>
    internal static string KeyOf(LayerManifest layer) => layer.Header.Keys[0].MasterKeyId.ToString();

    /// <summary>What a layer is of.</summary>
    /// <exception cref="LayerException">It has no readable manifest.</exception>
    /// <exception cref="ChunkException">A chunk is missing or damaged.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    internal async Task<SnapshotManifest> ReadManifestAsync(LayerChain chain, CancellationToken cancellationToken)
    {
        PageResolver resolver = chain.Resolve(LayerSpaces.Manifest);
        if (resolver.Space.LengthBytes > WorkerLimits.JsonFileSizeBytesMax)
        {
            throw new LayerException(
                LayerFault.LimitExceeded, chain.Leaf.Id, $"has a manifest of {resolver.Space.LengthBytes} bytes");
        }
        byte[] content = new byte[resolver.Space.PageCount * Core.PageSize.Bytes];
        await new LayerPageReader(resolver, new ChunkLoader(stack.Store)).ReadAsync(0, content, cancellationToken)
            .ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(
                content.AsSpan(0, (int)resolver.Space.LengthBytes), WorkerJsonContext.Default.SnapshotManifest)
                ?? throw new JsonException("it is null");
        }
        catch (JsonException failure)
        {
            throw new LayerException(
                LayerFault.Malformed, chain.Leaf.Id, "has a manifest that this Thaw does not read", failure);
        }
    }

    /// <summary>Whether the store has a layer, live.</summary>
    /// <exception cref="WorkerException">The store failed.</exception>
    internal async Task<bool> HasAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            return await stack.Catalog.IsRootAsync(Parse(id), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            throw StoreFailures.Translate(failure, $"Layer {id} can't be looked for");
        }
    }

    /// <summary>Gives up a layer; its bytes go with the next garbage collection.</summary>
    /// <exception cref="WorkerException">The store failed.</exception>
    internal async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        try
        {
            await stack.Catalog.RemoveRootAsync(Parse(id), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException failure)
        {
            throw StoreFailures.Translate(failure, $"Layer {id} can't be given up");
        }
    }

    /// <summary>Gives up a layer that may not be there; false where the store failed.</summary>
    internal async Task<bool> TryRemoveAsync(string id)
    {
        try
        {
            await RemoveAsync(id, CancellationToken.None).ConfigureAwait(false);
            return true;
        }
        catch (WorkerException)
        {
            return false;
        }
    }

    /// <summary>Refuses an account whose keys were all destroyed.</summary>
    /// <param name="account">The account.</param>
    /// <param name="keyId">The key that a snapshot is under, or null where there is none yet.</param>
    /// <param name="what">What can't be started then.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="WorkerException">The keys were revoked, or the key service refused.</exception>
    internal async Task RequireKeyAsync(
        string account, string? keyId, string what, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<KeyInfo> all = await stack.Keys.ListAsync(cancellationToken).ConfigureAwait(false);
            KeyInfo[] own = [.. all.Where(key => key.Keyspace.AccountId == account)];
            bool isGone = keyId is null
                ? own.Length > 0 && own.All(key => key.State == KeyState.Destroyed)
                : !own.Any(key => key.Id.ToString() == keyId && key.State != KeyState.Destroyed);
            if (isGone)
            {
                throw new WorkerException(
                    WorkerFault.KeyRevoked, $"{what} can't be started: the keys of account {account} were revoked.");
            }
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(failure, $"{what} can't be started");
        }
    }

    internal static LayerId Parse(string id) => LayerId.TryParse(id, out LayerId parsed)
        ? parsed
        : throw new WorkerException(WorkerFault.SnapshotUnknown, $"\"{id}\" is not a layer's id.");

    private static SpaceSource SpaceOf(SnapshotManifest manifest)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(
            manifest, WorkerJsonContext.Default.SnapshotManifest);
        return new SpaceSource
        {
            Name = LayerSpaces.Manifest,
            LengthBytes = content.Length,
            Content = new MemoryPageReader(content),
            IsInherited = false,
        };
    }

    private static SpaceSource SpaceOf(
        string name, string path, string? parentPath, Func<string, FilePageReader> open)
    {
        FilePageReader content = open(path);
        return new SpaceSource
        {
            Name = name,
            LengthBytes = content.LengthBytes,
            Content = content,
            Changed = LayerSpaces.FindData(parentPath is null ? [path] : [path, parentPath]),
            Base = parentPath is null ? null : open(parentPath),
        };
    }
}
