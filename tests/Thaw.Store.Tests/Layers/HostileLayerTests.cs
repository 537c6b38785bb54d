using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Thaw.Store.Tests;

/// <summary>What a store that lies can do: every read gives the right pages or a typed exception.</summary>
public sealed class HostileLayerTests : IDisposable
{
    private readonly World _world = new();
    private readonly byte[] _memory = Pages.Mixed(1, 40);

    public void Dispose() => _world.Dispose();

    [Theory]
    [InlineData(Fault.Corrupt, ChunkFault.NotAuthentic)]
    [InlineData(Fault.Truncated, ChunkFault.WrongLength)]
    [InlineData(Fault.Missing, ChunkFault.Missing)]
    public async Task Chunk_ThatIsBadOnce_IsFetchedAgain(Fault fault, ChunkFault expected)
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        int bad = 0;
        _world.Store.Decide = (_, name) =>
            name?.Area == StoreArea.Chunk && bad++ == 0 ? fault : Fault.None;

        Assert.Equal(_memory, await _world.ReadAsync(layer.Id));

        _world.Store.Decide = (_, name) => name?.Area == StoreArea.Chunk ? fault : Fault.None;
        ChunkException exception = await Assert.ThrowsAsync<ChunkException>(() => _world.ReadAsync(layer.Id));
        Assert.Equal(expected, exception.Fault);
        Assert.Contains(exception.Id, layer.Header.ChunkIds);
    }

    [Fact]
    public async Task Chunks_ThatWereSwapped_AreRefused()
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        StoreName first = StoreName.For(layer.Chunks[0].Id);
        StoreName second = StoreName.For(layer.Chunks[1].Id);
        _world.Store.Swaps[first] = second;
        _world.Store.Swaps[second] = first;

        ChunkException exception = await Assert.ThrowsAsync<ChunkException>(() => _world.ReadAsync(layer.Id));

        Assert.Contains(exception.Fault, new[] { ChunkFault.NotAuthentic, ChunkFault.WrongLength });
    }

    [Fact]
    public async Task Chunk_OfAnotherCustomerUnderThisName_IsRefused()
    {
        LayerManifest alices = await _world.PublishFunctionAsync(_memory);
        LayerManifest bobs = await _world.PublishFunctionAsync(_memory, owner: World.Bob);
        _world.Store.Swaps[StoreName.For(alices.Chunks[0].Id)] = StoreName.For(bobs.Chunks[0].Id);

        ChunkException exception = await Assert.ThrowsAsync<ChunkException>(() => _world.ReadAsync(alices.Id));

        Assert.Equal(ChunkFault.WrongKey, exception.Fault);
    }

    [Fact]
    public async Task Chunk_OfAnOlderVersionUnderThisName_IsRefused()
    {
        LayerManifest old = await _world.PublishFunctionAsync(_memory);
        LayerManifest fresh = await _world.PublishFunctionAsync(_memory);
        _world.Store.Swaps[StoreName.For(fresh.Chunks[0].Id)] = StoreName.For(old.Chunks[0].Id);

        ChunkException exception = await Assert.ThrowsAsync<ChunkException>(() => _world.ReadAsync(fresh.Id));

        Assert.Equal(ChunkFault.WrongKey, exception.Fault);
    }

    [Fact]
    public async Task Chunk_LargerThanItMayBe_IsRefused()
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        StoreName name = StoreName.For(layer.Chunks[0].Id);
        await _world.Memory.PutAsync(name, new byte[5_000_000], PutMode.Replace, World.Token);

        ChunkException exception = await Assert.ThrowsAsync<ChunkException>(() => _world.ReadAsync(layer.Id));

        Assert.Equal(ChunkFault.WrongLength, exception.Fault);
    }

    [Fact]
    public async Task Layers_AfterTheirAccountWasRevoked_DoNotOpen()
    {
        LayerManifest boot = await _world.PublishBootAsync(_memory);
        LayerManifest alices = await _world.PublishFunctionAsync(Pages.Changed(_memory, 2, 3), boot.Id);
        byte[] bobsMemory = Pages.Changed(_memory, 3, 3);
        LayerManifest bobs = await _world.PublishFunctionAsync(bobsMemory, boot.Id, World.Bob);

        await _world.Keys.RevokeAsync(World.Alice, World.Token);

        KeyException exception = await Assert.ThrowsAsync<KeyException>(() => _world.ReadAsync(alices.Id));
        Assert.Equal((KeyFault.Revoked, World.Alice), (exception.Fault, exception.Keyspace));
        Assert.Equal(bobsMemory, await _world.ReadAsync(bobs.Id));
        Assert.Equal(
            KeyFault.Revoked,
            (await Assert.ThrowsAsync<KeyException>(() => _world.PublishFunctionAsync(_memory, boot.Id))).Fault);
    }

    // What a store has of a customer: nothing that was in memory, not even a name that confirms a guess.
    [Fact]
    public async Task Store_HoldsNoPlaintext()
    {
        byte[] secret = RandomNumberGenerator.GetBytes(64);
        byte[] memory = new byte[20 * Pages.Bytes];
        for (int page = 0; page < 20; page++)
        {
            secret.CopyTo(memory, (page * Pages.Bytes) + (page * 100));
        }
        await _world.PublishFunctionAsync(memory);
        byte[] buffer = new byte[1_000_000];
        foreach (StoreArea area in StoreAreas.All)
        {
            foreach (StoreName name in await _world.ListAsync(area))
            {
                StoreRead read = await _world.Memory.ReadAsync(name, 0, buffer, Freshness.Origin, World.Token);
                Assert.Equal(-1, buffer.AsSpan(0, read.Count).IndexOf(secret.AsSpan(0, 16)));
                Assert.NotEqual(Convert.ToHexStringLower(SHA256.HashData(memory)), name.Hex);
            }
        }
    }

    [Fact]
    public async Task Manifest_WithAnyByteChanged_IsRefused()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(Pages.Mixed(1, 6));
        byte[] good = await RawAsync(layer.Id);
        for (int i = 0; i < good.Length; i++)
        {
            byte[] bad = [.. good];
            bad[i] ^= 0x20;
            await AssertRefusedAsync(layer.Id, bad);
        }
    }

    [Fact]
    public async Task Manifest_CutAnywhere_IsRefused()
    {
        LayerManifest layer = await _world.PublishFunctionAsync(Pages.Mixed(1, 6));
        byte[] good = await RawAsync(layer.Id);
        for (int length = 1; length < good.Length; length++)
        {
            await AssertRefusedAsync(layer.Id, good[..length]);
        }
        await AssertRefusedAsync(layer.Id, [.. good, 0]);
    }

    // With the checksum made right again, as somebody who wants to harm would: the seal refuses what the bounds let
    // through.
    [Theory]
    [InlineData(12, uint.MaxValue)] // header length
    [InlineData(12, 0u)]
    [InlineData(12, 100u)]
    [InlineData(16, uint.MaxValue)] // object length
    [InlineData(20, 1u)]
    [InlineData(56, 99u)] // kind, keys
    [InlineData(56, 0x0000_0001u)]
    [InlineData(56, 0x0000_ff01u)]
    [InlineData(60, uint.MaxValue)] // chunks
    [InlineData(60, 0u)]
    [InlineData(64, uint.MaxValue)] // date
    [InlineData(68, uint.MaxValue)]
    [InlineData(72, uint.MaxValue)] // body length
    [InlineData(72, 0u)]
    [InlineData(88, 1u)] // reserved
    [InlineData(40, 7u)] // parent
    public async Task Manifest_WithAbsurdFields_IsRefused(int offset, uint value)
    {
        LayerManifest layer = await _world.PublishFunctionAsync(Pages.Mixed(1, 6));
        byte[] bad = await RawAsync(layer.Id);
        int headerBytes = BinaryPrimitives.ReadInt32LittleEndian(bad.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(bad.AsSpan(offset), value);
        SHA256.HashData(bad.AsSpan(0, headerBytes - 32), bad.AsSpan(headerBytes - 32));

        await AssertRefusedAsync(layer.Id, bad);
    }

    [Fact]
    public async Task Manifest_OfAnotherLayerUnderThisName_IsRefused()
    {
        LayerManifest asked = await _world.PublishFunctionAsync(_memory);
        LayerManifest given = await _world.PublishFunctionAsync(_memory);
        _world.Store.Swaps[StoreName.For(StoreArea.Layer, asked.Id)] = StoreName.For(StoreArea.Layer, given.Id);

        LayerException exception = await Assert.ThrowsAsync<LayerException>(() => _world.ReadAsync(asked.Id));

        Assert.Equal(LayerFault.WrongLayer, exception.Fault);
        Assert.Equal(
            LayerFault.WrongLayer,
            (await Assert.ThrowsAsync<LayerException>(
                async () => await _world.Catalog.ReadHeaderAsync(asked.Id, World.Token))).Fault);
    }

    [Fact]
    public async Task Manifest_DamagedInACache_IsReadFromTheOrigin()
    {
        LayerManifest layer = await _world.PublishBootAsync(_memory);
        using TemporaryDirectory directory = new();
        using CachingChunkStore cache = new(
            _world.Store,
            new CacheOptions { Directory = directory.Path, BytesMax = 1_000_000 },
            _world.Entropy,
            _world.Time);
        LayerLoader loader = new(cache, _world.Keys, _world.Entropy);
        StoreName name = StoreName.For(StoreArea.Layer, layer.Id);
        await cache.PutAsync(name, await RawAsync(layer.Id), PutMode.Replace, World.Token);
        string path = directory.Combine(name.ToPath());
        byte[] damaged = await File.ReadAllBytesAsync(path, World.Token);
        damaged[^1] ^= 1;
        await File.WriteAllBytesAsync(path, damaged, World.Token);

        using OpenLayer opened = await loader.LoadAsync(layer.Id, World.Token);

        Assert.Equal(layer.Id, opened.Id);
    }

    private async Task AssertRefusedAsync(LayerId id, byte[] manifest)
    {
        await _world.Memory.PutAsync(StoreName.For(StoreArea.Layer, id), manifest, PutMode.Replace, World.Token);
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => _world.ReadAsync(id));
        Assert.True(exception is LayerException or KeyException, exception.ToString());
    }

    private async Task<byte[]> RawAsync(LayerId id)
    {
        byte[] buffer = new byte[100_000];
        StoreRead read = await _world.Memory.ReadAsync(
            StoreName.For(StoreArea.Layer, id), 0, buffer, Freshness.Origin, World.Token);
        return buffer[..read.Count];
    }
}
