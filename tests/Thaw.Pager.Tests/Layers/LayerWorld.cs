using Thaw.Pager.Fetching;
using Thaw.Pager.Layers;
using Thaw.Pager.Tests.Fixtures;
using Thaw.Store;

namespace Thaw.Pager.Tests.Layers;

/// <summary>A store with a boot, a runtime and function layers, and pagers over it.</summary>
internal sealed class LayerWorld : IDisposable
{
    internal const int PageCount = 512;
    internal const int PageBytes = 4096;

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-layers-").FullName;
    private readonly SystemEntropy _entropy = new();
    private readonly LocalKeyFileService _keys;
    private readonly LayerPublisher _publisher;
    private readonly List<IDisposable> _pagers = [];

    internal LayerWorld()
    {
        _keys = new LocalKeyFileService(Path.Combine(_folder, "keys"), _entropy, TimeProvider.System);
        StoreGate gate = new(Store, _entropy, TimeProvider.System);
        _publisher = new LayerPublisher(Store, gate, _keys, _entropy, TimeProvider.System);
    }

    internal static CancellationToken Token => TestContext.Current.CancellationToken;

    internal HookedStore Store { get; } = new();

    internal IKeyService Keys => _keys;

    /// <summary>Memory with a quarter of zeros at the end, where nothing was changed there.</summary>
    internal static byte[] Boot()
    {
        byte[] memory = new byte[PageCount * PageBytes];
        new Random(1).NextBytes(memory.AsSpan(0, PageCount * PageBytes / 4 * 3));
        return memory;
    }

    /// <summary>The same with pages changed.</summary>
    internal static byte[] Change(byte[] memory, int seed, params IEnumerable<int> pages)
    {
        byte[] changed = [.. memory];
        Random random = new(seed);
        foreach (int page in pages)
        {
            random.NextBytes(changed.AsSpan(page * PageBytes, PageBytes));
        }
        return changed;
    }

    internal async Task<LayerId> PublishAsync(LayerKind kind, LayerId parent, byte[] memory, string? account = null)
    {
        LayerManifest manifest = await _publisher.PublishAsync(
            new PublishRequest
            {
                Kind = kind,
                Keyspace = account is null ? Keyspace.Service : Keyspace.Account(account),
                ParentId = parent,
                Spaces =
                [
                    new SpaceSource
                    {
                        Name = LayerSpace.Memory,
                        LengthBytes = memory.Length,
                        Content = new MemoryPageReader(memory),
                    },
                ],
            },
            Token);
        return manifest.Id;
    }

    /// <summary>Lays a layer out anew, by what its clones taught.</summary>
    internal async Task<LayerManifest> CompactAsync(LayerId layer)
    {
        using OpenLayer open = await new LayerLoader(Store, _keys, _entropy).LoadAsync(layer, Token);
        return await _publisher.CompactAsync(
            new CompactionRequest
            {
                Of = layer,
                WorkingSet = await new WorkingSetStore(Store, _keys, _entropy).LoadAsync(open.Manifest, Token),
            },
            Token);
    }

    /// <summary>A pager over the store.</summary>
    /// <param name="cache">Folder of its cache, of this name; no cache when null.</param>
    /// <param name="fetch">How long sources may keep clones waiting.</param>
    /// <param name="time">Its clock.</param>
    internal RunningPager StartPager(string? cache = null, FetchOptions? fetch = null, TimeProvider? time = null)
    {
        OriginMeter meter = new(Store);
        IWritableChunkStore store = meter;
        if (cache is not null)
        {
            CacheOptions options = new() { Directory = Path.Combine(_folder, cache), BytesMax = 1 << 30 };
            CachingChunkStore caching = new(meter, options, _entropy, TimeProvider.System);
            _pagers.Add(caching);
            store = caching;
        }
        SourceRetry retry = new(fetch ?? new FetchOptions(), time ?? TimeProvider.System);
        RunningPager pager = new(fetch, new LayerOpener(store, meter, _keys, _entropy, retry), time);
        _pagers.Add(pager);
        return pager;
    }

    public void Dispose()
    {
        foreach (IDisposable pager in Enumerable.Reverse(_pagers))
        {
            pager.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }
}
