using System.Buffers;
using System.Collections.Concurrent;

namespace Thaw.Store;

/// <summary>Reads layers and all their chunks from a store and checks every byte.</summary>
public sealed class LayerVerifier
{
    private readonly IPrunableChunkStore _store;
    private readonly LayerLoader _loader;
    private readonly int _parallelism;

    /// <summary>Verifies what a store has; give it the origin, not a cache in front of it.</summary>
    /// <param name="store">The store.</param>
    /// <param name="keys">Opens what is sealed.</param>
    /// <param name="entropy">What opening layers asks for; nothing is drawn from it.</param>
    /// <param name="parallelism">Chunks read at once.</param>
    public LayerVerifier(IPrunableChunkStore store, IKeyService keys, IEntropy entropy, int parallelism = 8)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parallelism, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parallelism, StoreLimits.ParallelismMax);
        _store = store;
        _loader = new LayerLoader(store, keys, entropy);
        _parallelism = parallelism;
    }

    /// <summary>Verifies a layer and its ancestors.</summary>
    /// <exception cref="StoreException">The store failed, which says nothing about what it holds.</exception>
    public Task<VerificationReport> VerifyAsync(LayerId id, CancellationToken cancellationToken) =>
        VerifyAsync([id], cancellationToken);

    /// <summary>Verifies everything that has a root.</summary>
    /// <exception cref="StoreException">The store failed, which says nothing about what it holds.</exception>
    public async Task<VerificationReport> VerifyAllAsync(CancellationToken cancellationToken)
    {
        List<LayerId> roots = [];
        await foreach (LayerId id in new LayerCatalog(_store).ListRootsAsync(cancellationToken).ConfigureAwait(false))
        {
            roots.Add(id);
        }
        return await VerifyAsync(roots, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Verifies layers and their ancestors, each of them once.</summary>
    /// <exception cref="StoreException">The store failed, which says nothing about what it holds.</exception>
    public async Task<VerificationReport> VerifyAsync(IReadOnlyList<LayerId> ids, CancellationToken cancellationToken)
    {
        HashSet<LayerId> done = [];
        HashSet<ChunkId> chunksDone = [];
        List<VerificationProblem> problems = [];
        long chunks = 0;
        long bytes = 0;
        foreach (LayerId id in ids)
        {
            try
            {
                using LayerChain chain = await _loader.LoadChainAsync(id, cancellationToken).ConfigureAwait(false);
                RequireResolvable(chain);
                foreach (OpenLayer layer in chain.Layers.Where(layer => done.Add(layer.Id)))
                {
                    LayerChunk[] todo = [.. layer.Manifest.Chunks.Where(chunk => chunksDone.Add(chunk.Id))];
                    IReadOnlyCollection<VerificationProblem> found =
                        await VerifyChunksAsync(layer, todo, cancellationToken).ConfigureAwait(false);
                    problems.AddRange(found);
                    HashSet<ChunkId> bad = [.. found.Select(problem => problem.Chunk ?? default)];
                    chunks += todo.Count(chunk => !bad.Contains(chunk.Id));
                    bytes += todo.Where(chunk => !bad.Contains(chunk.Id)).Sum(chunk => (long)chunk.SealedBytes);
                }
            }
            catch (Exception e) when (e is LayerException or KeyException)
            {
                problems.Add(new VerificationProblem(id, null, e));
            }
        }
        return new VerificationReport(done.Count, chunks, bytes, [.. problems]);
    }

    // That each space is complete is a matter of the chain, not of any one manifest.
    private static void RequireResolvable(LayerChain chain)
    {
        foreach (LayerSpace space in chain.Leaf.Manifest.Spaces)
        {
            chain.Resolve(space.Name);
        }
    }

    private async Task<IReadOnlyCollection<VerificationProblem>> VerifyChunksAsync(
        OpenLayer layer, IReadOnlyList<LayerChunk> chunks, CancellationToken cancellationToken)
    {
        ChunkLoader loader = new(_store);
        ConcurrentBag<VerificationProblem> problems = [];
        ParallelOptions options = new()
        {
            MaxDegreeOfParallelism = _parallelism,
            CancellationToken = cancellationToken,
        };
        await Parallel.ForEachAsync(
            chunks,
            options,
            async (chunk, token) =>
            {
                byte[] plaintext = ArrayPool<byte>.Shared.Rent(StoreLimits.ChunkBytesMax);
                try
                {
                    await loader.LoadAsync(layer, chunk, plaintext, token).ConfigureAwait(false);
                }
                catch (ChunkException e)
                {
                    problems.Add(new VerificationProblem(layer.Id, chunk.Id, e));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(plaintext);
                }
            }).ConfigureAwait(false);
        return problems;
    }
}
