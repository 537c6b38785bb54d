using Thaw.Store;
using Thaw.Store.S3;
using Thaw.Worker.Bases;

namespace Thaw.Worker.Layers;

/// <summary>The tree of snapshots in a store.</summary>
/// <param name="stack">The store.</param>
/// <param name="vault">Reads what layers are of.</param>
/// <param name="forget">Ends and removes what this machine has of an account, once its keys are gone.</param>
/// <param name="bases">What functions are published from on this machine.</param>
internal sealed class SnapshotTree(
    StoreStack stack, SnapshotVault vault, Func<string, Task> forget, BaseSnapshots bases) : ISnapshotTree
{
    private const int IdLengthMin = 4;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SnapshotLayer>> ListAsync(CancellationToken cancellationToken) =>
        GuardAsync<IReadOnlyList<SnapshotLayer>>("The tree can't be read", async () =>
        {
            (List<LayerHeader> headers, HashSet<LayerId> roots) = await ReadAsync(cancellationToken)
                .ConfigureAwait(false);
            LayerDescriber describer = new(stack, vault);
            List<SnapshotLayer> found = [];
            foreach (LayerHeader header in headers)
            {
                found.Add(await describer.DescribeAsync(header, roots.Contains(header.Id), cancellationToken)
                    .ConfigureAwait(false));
            }
            return found;
        });

    /// <inheritdoc/>
    public Task<SnapshotDetails> ShowAsync(string id, CancellationToken cancellationToken) =>
        GuardAsync($"Snapshot {id} can't be shown", async () =>
        {
            LayerId found = await FindAsync(id, cancellationToken).ConfigureAwait(false);
            LayerDescriber describer = new(stack, vault);
            List<SnapshotLayer> chain = [];
            foreach (LayerHeader header in await stack.Catalog.ReadChainAsync(found, cancellationToken)
                .ConfigureAwait(false))
            {
                bool isRoot = await stack.Catalog.IsRootAsync(header.Id, cancellationToken).ConfigureAwait(false);
                chain.Add(await describer.DescribeAsync(header, isRoot, cancellationToken).ConfigureAwait(false));
            }
            if (chain[0].Problem is not null)
            {
                return new SnapshotDetails(chain[0], chain[1..], [], 0);
            }
            using OpenLayer layer = await stack.Loader.LoadAsync(found, cancellationToken).ConfigureAwait(false);
            IEnumerable<WorkingSetEntry> workingSet = await new WorkingSetStore(stack.Store, stack.Keys, stack.Entropy)
                .LoadAsync(layer.Manifest, cancellationToken).ConfigureAwait(false);
            return new SnapshotDetails(
                chain[0], chain[1..], LayerDescriber.SpacesOf(layer.Manifest),
                workingSet.Sum(entry => (long)entry.Pages.Count));
        });

    /// <inheritdoc/>
    public Task<SnapshotVerification> VerifyAsync(string? id, CancellationToken cancellationToken) =>
        GuardAsync($"{id ?? "The store"} can't be verified", async () =>
        {
            LayerVerifier verifier = new(stack.Origin, stack.Keys, stack.Entropy);
            VerificationReport report = id is null
                ? await verifier.VerifyAllAsync(cancellationToken).ConfigureAwait(false)
                : await verifier.VerifyAsync(
                    [.. (await FindAllAsync(id, cancellationToken).ConfigureAwait(false)).Values], cancellationToken)
                    .ConfigureAwait(false);
            return new SnapshotVerification(report.Layers, report.Chunks, report.Bytes,
            [
                .. report.Problems.Select(problem => new SnapshotProblem(
                    problem.Layer.ToString(), problem.Chunk?.ToString(), problem.Cause.Message)),
            ]);
        });

    /// <inheritdoc/>
    public Task<SnapshotCollection> CollectAsync(
        TimeSpan grace, bool isDryRun, CancellationToken cancellationToken) =>
        GuardAsync("Garbage can't be collected", async () =>
        {
            int dropped = await bases.DropStaleAsync(grace, isDryRun, cancellationToken).ConfigureAwait(false);
            GarbageCollector collector = new(stack.Origin, stack.Gate, stack.Time);
            CollectionReport report = await collector.RunAsync(
                new CollectionOptions { Grace = grace, IsDryRun = isDryRun }, cancellationToken).ConfigureAwait(false);
            return new SnapshotCollection
            {
                IsDryRun = isDryRun,
                Roots = report.Roots,
                LayersLive = report.LayersLive,
                ChunksLive = report.ChunksLive,
                LayersRemoved = report.LayersRemoved,
                ChunksRemoved = report.ChunksRemoved,
                BytesFreed = report.BytesFreed,
                ObjectsTooYoung = report.ObjectsTooYoung,
                BasesDropped = dropped,
            };
        });

    /// <inheritdoc/>
    public Task<SnapshotCompaction?> CompactAsync(
        string id, bool isForced, Action<string> begin, CancellationToken cancellationToken) =>
        GuardAsync($"Snapshot {id} can't be laid out anew", async () =>
            await new LayerCompactor(stack, vault).RunAsync(
                await FindAsync(id, cancellationToken).ConfigureAwait(false), isForced, begin, cancellationToken)
                .ConfigureAwait(false));

    /// <inheritdoc/>
    public Task ExportAsync(string id, string? passphrase, Stream output, CancellationToken cancellationToken) =>
        GuardAsync($"Snapshot {id} can't be exported", async () =>
        {
            LayerId found = await FindAsync(id, cancellationToken).ConfigureAwait(false);
            await new LayerExporter(stack.Store, stack.Keys, stack.Entropy)
                .ExportAsync(found, passphrase, output, cancellationToken).ConfigureAwait(false);
            return true;
        });

    /// <inheritdoc/>
    public Task<SnapshotLayer> ImportAsync(Stream input, string? passphrase, CancellationToken cancellationToken) =>
        GuardAsync("The file can't be imported", async () =>
        {
            LayerImporter importer = new(stack.Origin, stack.Gate, stack.Keys, stack.Entropy);
            LayerId id = await importer.ImportAsync(input, passphrase, cancellationToken).ConfigureAwait(false);
            LayerHeader header = await stack.Catalog.ReadHeaderAsync(id, cancellationToken).ConfigureAwait(false);
            return await new LayerDescriber(stack, vault).DescribeAsync(header, isRoot: true, cancellationToken)
                .ConfigureAwait(false);
        });

    /// <inheritdoc/>
    public Task<IReadOnlyList<MasterKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        GuardAsync<IReadOnlyList<MasterKey>>("Keys can't be listed", async () =>
        [
            .. (await stack.Keys.ListAsync(cancellationToken).ConfigureAwait(false)).Select(Describe),
        ]);

    /// <inheritdoc/>
    public Task<MasterKey> RotateKeyAsync(string? account, CancellationToken cancellationToken) =>
        GuardAsync($"The key of {account ?? "the service"} can't be rotated", async () =>
        {
            KeyId id = await stack.Keys.RotateAsync(KeyspaceOf(account), cancellationToken).ConfigureAwait(false);
            return Describe((await stack.Keys.ListAsync(cancellationToken).ConfigureAwait(false))
                .First(key => key.Id == id));
        });

    /// <inheritdoc/>
    public Task<int> RevokeKeyAsync(string account, CancellationToken cancellationToken) =>
        GuardAsync($"The keys of account {account} can't be revoked", async () =>
        {
            int count = await stack.Keys.RevokeAsync(KeyspaceOf(account), cancellationToken).ConfigureAwait(false);
            await forget(account).ConfigureAwait(false);
            return count;
        });

    private static Keyspace KeyspaceOf(string? account)
    {
        if (account is null)
        {
            return Keyspace.Service;
        }
        try
        {
            return Keyspace.Account(account);
        }
        catch (ArgumentException failure)
        {
            throw new WorkerException(WorkerFault.SnapshotUnknown, failure.Message, failure);
        }
    }

    private static MasterKey Describe(KeyInfo key) =>
        new(key.Keyspace.ToString(), key.Id.ToString(), LayerDescriber.NameOf(key.State), key.Created);

    private static async Task<T> GuardAsync<T>(string what, Func<Task<T>> action)
    {
        try
        {
            return await action().ConfigureAwait(false);
        }
        catch (Exception failure) when (StoreFailures.IsKnown(failure))
        {
            throw StoreFailures.Translate(failure, what);
        }
    }

    /// <summary>Layers that live, parents before their children, and which of them have a root.</summary>
    private async Task<(List<LayerHeader> Headers, HashSet<LayerId> Roots)> ReadAsync(
        CancellationToken cancellationToken)
    {
        HashSet<LayerId> roots = [];
        await foreach (LayerId root in stack.Catalog.ListRootsAsync(cancellationToken).ConfigureAwait(false))
        {
            roots.Add(root);
        }
        Dictionary<LayerId, LayerHeader> found = [];
        foreach (LayerId root in roots)
        {
            LayerId next = root;
            while (!next.IsNone && !found.ContainsKey(next))
            {
                found[next] = await stack.Catalog.ReadHeaderAsync(next, cancellationToken).ConfigureAwait(false);
                next = found[next].ParentId;
            }
        }
        ILookup<LayerId, LayerHeader> children = found.Values.OrderBy(header => header.Created)
            .ToLookup(header => header.ParentId);
        List<LayerHeader> ordered = [];
        Stack<LayerHeader> left = new(children[default].Reverse());
        while (left.TryPop(out LayerHeader? header))
        {
            ordered.Add(header);
            foreach (LayerHeader child in children[header.Id].Reverse())
            {
                left.Push(child);
            }
        }
        return (ordered, roots);
    }

    /// <summary>The layer that is meant by a text; see <see cref="FindAllAsync"/>.</summary>
    private async Task<LayerId> FindAsync(string text, CancellationToken cancellationToken)
    {
        IReadOnlyDictionary<string, LayerId> meant = await FindAllAsync(text, cancellationToken).ConfigureAwait(false);
        return meant.Count == 1
            ? meant.Values.Single()
            : throw new WorkerException(
                WorkerFault.SnapshotUnknown,
                $"Several snapshots are meant by {text}: "
                + $"{string.Join(", ", meant.Keys.Take(FunctionSpec.VariantsMax))}.");
    }

    /// <summary>
    /// The layers that are meant by an id, the beginning of one, FUNCTION:VERSION, or FUNCTION:VERSION.VARIANT; at
    /// least one.
    /// </summary>
    private async Task<IReadOnlyDictionary<string, LayerId>> FindAllAsync(
        string text, CancellationToken cancellationToken)
    {
        if (LayerId.TryParse(text, out LayerId id))
        {
            return new Dictionary<string, LayerId> { [text] = id };
        }
        (List<LayerHeader> headers, _) = await ReadAsync(cancellationToken).ConfigureAwait(false);
        Dictionary<string, LayerId> meant = text.Length >= IdLengthMin
            ? headers.Select(header => header.Id)
                .Where(one => one.ToString().StartsWith(text, StringComparison.Ordinal))
                .ToDictionary(one => one.ToString())
            : [];
        if (meant.Count == 0 && text.Contains(':', StringComparison.Ordinal))
        {
            LayerDescriber describer = new(stack, vault);
            foreach (LayerHeader header in headers.Where(header => header.Kind == LayerKind.Function))
            {
                SnapshotLayer layer = await describer.DescribeAsync(header, isRoot: false, cancellationToken)
                    .ConfigureAwait(false);
                if (layer.Name is { } name
                    && (name == text || name.StartsWith(text + ".", StringComparison.Ordinal)))
                {
                    // One that was laid out anew lives on for a while beside the one that took its place, a later one.
                    meant[name] = header.Id;
                }
            }
        }
        return meant.Count > 0
            ? meant
            : throw new WorkerException(WorkerFault.SnapshotUnknown, $"There is no snapshot {text}.");
    }
}
