namespace Thaw.Store.Tests;

public sealed class VerifierTests : IDisposable
{
    private readonly World _world = new();
    private readonly byte[] _memory = Pages.Mixed(1, 40);

    public void Dispose() => _world.Dispose();

    [Fact]
    public async Task Verify_OfAGoodStore_CountsEverythingOnce()
    {
        LayerManifest boot = await _world.PublishBootAsync(_memory);
        LayerManifest first = await _world.PublishFunctionAsync(Pages.Changed(_memory, 2, 3), boot.Id);
        LayerManifest second = await _world.PublishFunctionAsync(Pages.Changed(_memory, 3, 3), boot.Id, World.Bob);

        VerificationReport report = await _world.Verifier.VerifyAllAsync(World.Token);

        Assert.True(report.IsGood);
        Assert.Equal(3, report.Layers);
        Assert.Equal(new[] { boot, first, second }.Sum(layer => layer.Chunks.Length), report.Chunks);
        Assert.Equal(new[] { boot, first, second }.Sum(layer => layer.Totals.BytesStored), report.Bytes);
    }

    [Fact]
    public async Task Verify_FindsEveryBadChunkAndNamesIt()
    {
        LayerManifest boot = await _world.PublishBootAsync(_memory);
        LayerManifest function = await _world.PublishFunctionAsync(Pages.Changed(_memory, 2, 3), boot.Id);
        StoreName damaged = StoreName.For(boot.Chunks[1].Id);
        byte[] content = new byte[StoreLimits.ChunkBytesMax];
        StoreRead read = await _world.Memory.ReadAsync(damaged, 0, content, Freshness.Origin, World.Token);
        content[read.Count - 1] ^= 1;
        await _world.Memory.PutAsync(damaged, content.AsMemory(0, read.Count), PutMode.Replace, World.Token);
        await _world.Memory.DeleteAsync(StoreName.For(function.Chunks[0].Id), World.Token);

        VerificationReport report = await _world.Verifier.VerifyAllAsync(World.Token);

        Assert.Equal(
            [
                (boot.Id, boot.Chunks[1].Id, ChunkFault.NotAuthentic),
                (function.Id, function.Chunks[0].Id, ChunkFault.Missing),
            ],
            report.Problems.Select(problem => (
                problem.Layer, problem.Chunk!.Value, Assert.IsType<ChunkException>(problem.Cause).Fault))
                .OrderByDescending(problem => problem.Layer == boot.Id));
        Assert.Equal(boot.Chunks.Length + function.Chunks.Length - 2, report.Chunks);
    }

    [Fact]
    public async Task Verify_WithARevokedAccount_SaysSoAndGoesOn()
    {
        LayerManifest boot = await _world.PublishBootAsync(_memory);
        LayerManifest alices = await _world.PublishFunctionAsync(_memory, boot.Id);
        await _world.PublishFunctionAsync(_memory, boot.Id, World.Bob);
        await _world.Keys.RevokeAsync(World.Alice, World.Token);

        VerificationReport report = await _world.Verifier.VerifyAllAsync(World.Token);

        VerificationProblem problem = Assert.Single(report.Problems);
        Assert.Equal(alices.Id, problem.Layer);
        Assert.Equal(KeyFault.Revoked, Assert.IsType<KeyException>(problem.Cause).Fault);
        Assert.Equal(2, report.Layers);
    }

    [Fact]
    public async Task Verify_OfAStoreThatFails_IsNoVerdict()
    {
        LayerManifest boot = await _world.PublishBootAsync(_memory);
        _world.Store.Decide = (_, name) => name?.Area == StoreArea.Chunk ? Fault.Unavailable : Fault.None;

        await Assert.ThrowsAsync<StoreException>(() => _world.Verifier.VerifyAsync(boot.Id, World.Token));
    }
}
