using Thaw.Worker;

namespace Thaw.ControlPlane.Tests;

/// <summary>A tree with one layer, that remembers what it was asked.</summary>
internal sealed class FakeSnapshotTree : ISnapshotTree
{
    public static SnapshotLayer Layer { get; } = new()
    {
        Id = "00112233445566778899aabbccddeeff",
        Kind = "function",
        Name = "hello:1",
        Keyspace = "account/000000000000",
        KeyId = "ffeeddccbbaa99887766554433221100",
        KeyState = "active",
        CreatedAt = DateTimeOffset.UnixEpoch,
        IsRoot = true,
        OwnPages = 100,
        BytesStored = 40_000,
        Chunks = 4,
    };

    public List<string> Asked { get; } = [];

    public WorkerException? Failure { get; set; }

    public byte[]? Imported { get; private set; }

    public Task<IReadOnlyList<SnapshotLayer>> ListAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<SnapshotLayer>>("list", [Layer]);

    public Task<SnapshotDetails> ShowAsync(string id, CancellationToken cancellationToken) =>
        Answer($"show {id}", new SnapshotDetails(Layer, [], [new SnapshotSpace("memory", 4096, 1, 0, 0)], 0));

    public Task<SnapshotVerification> VerifyAsync(string? id, CancellationToken cancellationToken) =>
        Answer($"verify {id}", new SnapshotVerification(1, 4, 40_000, [new SnapshotProblem(Layer.Id, null, "Bad.")]));

    /// <summary>Called when garbage is collected.</summary>
    public Action OnCollect { get; set; } = () => { };

    public Task<SnapshotCollection> CollectAsync(TimeSpan grace, bool isDryRun, CancellationToken cancellationToken)
    {
        OnCollect();
        return Answer($"gc {grace.TotalSeconds} {isDryRun}", new SnapshotCollection
        {
            IsDryRun = isDryRun,
            Roots = 1,
            LayersLive = 1,
            ChunksLive = 4,
            LayersRemoved = 2,
            ChunksRemoved = 8,
            BytesFreed = 80_000,
            ObjectsTooYoung = 0,
        });
    }

    /// <summary>The layer that compaction gives; null for none.</summary>
    public string? CompactsTo { get; set; }

    /// <summary>Called when compaction was told to begin.</summary>
    public Func<Task> OnCompact { get; set; } = () => Task.CompletedTask;

    public async Task<SnapshotCompaction?> CompactAsync(
        string id, bool isForced, Action<string> begin, CancellationToken cancellationToken)
    {
        if (CompactsTo is null)
        {
            return await Answer<SnapshotCompaction?>($"compact {id} {isForced}", null);
        }
        begin(CompactsTo);
        await OnCompact();
        return await Answer<SnapshotCompaction?>(
            $"compact {id} {isForced}", new SnapshotCompaction(id, CompactsTo, Layer.KeyId, 7, 4096));
    }

    public async Task ExportAsync(string id, string? passphrase, Stream output, CancellationToken cancellationToken)
    {
        await Answer($"export {id} {passphrase}", true);
        await output.WriteAsync("THAWXPRT"u8.ToArray(), cancellationToken);
    }

    public async Task<SnapshotLayer> ImportAsync(
        Stream input, string? passphrase, CancellationToken cancellationToken)
    {
        using MemoryStream read = new();
        await input.CopyToAsync(read, cancellationToken);
        Imported = read.ToArray();
        return await Answer($"import {passphrase}", Layer);
    }

    public Task<IReadOnlyList<MasterKey>> ListKeysAsync(CancellationToken cancellationToken) =>
        Answer<IReadOnlyList<MasterKey>>(
            "keys", [new MasterKey("service", Layer.KeyId, "active", DateTimeOffset.UnixEpoch)]);

    public Task<MasterKey> RotateKeyAsync(string? account, CancellationToken cancellationToken) =>
        Answer($"rotate {account}", new MasterKey("service", Layer.KeyId, "active", DateTimeOffset.UnixEpoch));

    public Task<int> RevokeKeyAsync(string account, CancellationToken cancellationToken) =>
        Answer($"revoke {account}", 1);

    private Task<T> Answer<T>(string what, T answer)
    {
        Asked.Add(what);
        return Failure is null ? Task.FromResult(answer) : Task.FromException<T>(Failure);
    }
}
