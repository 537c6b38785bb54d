using System.Buffers.Binary;

namespace Thaw.Store.Tests;

public sealed class TransferTests : IDisposable
{
    private const string Passphrase = "correct horse";

    private readonly World _here = new(1);
    private readonly World _there = new(2);
    private readonly byte[] _memory = Pages.Mixed(1, 30);
    private readonly byte[] _changed;

    public TransferTests() => _changed = Pages.Changed(_memory, 2, 3);

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task Import_OnAMachineWithOtherKeys_GivesTheSameLayers()
    {
        LayerManifest function = await PublishAsync();
        byte[] file = await ExportAsync(function.Id, Passphrase);

        LayerId imported = await ImportAsync(_there, file, Passphrase);

        Assert.Equal(function.Id, imported);
        Assert.Equal(_changed, await _there.ReadAsync(imported));
        Assert.True((await _there.Verifier.VerifyAllAsync(World.Token)).IsGood);
        Assert.Equal(1, (await _there.Time.DriveAsync(_there.Collector.RunAsync(World.NoGrace, World.Token))).Roots);
        Assert.Equal(_changed, await _there.ReadAsync(imported));
        await _there.Keys.RevokeAsync(World.Alice, World.Token);
        await Assert.ThrowsAsync<KeyException>(() => _there.ReadAsync(imported));
    }

    [Fact]
    public async Task Import_OfWhatIsThere_ChangesNothing()
    {
        LayerManifest function = await PublishAsync();
        byte[] file = await ExportAsync(function.Id, null);
        int chunks = (await _here.ListAsync(StoreArea.Chunk)).Count;

        await ImportAsync(_here, file, null);

        Assert.Equal(chunks, (await _here.ListAsync(StoreArea.Chunk)).Count);
        Assert.Equal(_changed, await _here.ReadAsync(function.Id));
    }

    [Fact]
    public async Task Import_WithoutPassphraseOnAnotherMachine_SaysThatTheKeyIsUnknown()
    {
        byte[] file = await ExportAsync((await PublishAsync()).Id, null);

        KeyException exception = await Assert.ThrowsAsync<KeyException>(() => ImportAsync(_there, file, null));

        Assert.Equal(KeyFault.Unknown, exception.Fault);
        Assert.Empty(await _there.ListAsync(StoreArea.Root));
    }

    [Theory]
    [InlineData("wrong horse")]
    [InlineData(null)]
    public async Task Import_WithAnotherPassphrase_IsRefused(string? passphrase)
    {
        byte[] file = await ExportAsync((await PublishAsync()).Id, Passphrase);

        ExportException exception = await Assert.ThrowsAsync<ExportException>(
            () => ImportAsync(_there, file, passphrase));

        Assert.Equal(ExportFault.WrongPassphrase, exception.Fault);
    }

    [Fact]
    public async Task Import_CutOrChangedAnywhere_IsRefusedAndLeavesNoRoot()
    {
        byte[] file = await ExportAsync((await PublishAsync()).Id, null);
        Random random = new(1);
        for (int i = 0; i < 200; i++)
        {
            int at = i < 100 ? i : random.Next(file.Length);
            byte[] damaged = [.. file];
            damaged[at] ^= 0x04;
            await AssertRefusedAsync(damaged);
            await AssertRefusedAsync(file[..at]);
        }
        await AssertRefusedAsync([.. file, 0]);
    }

    [Theory]
    [InlineData(12, uint.MaxValue)] // iterations
    [InlineData(48, 0u)] // layers
    [InlineData(48, 33u)]
    [InlineData(52, 1u)] // reserved
    [InlineData(60, uint.MaxValue)] // chunks
    [InlineData(64, uint.MaxValue)] // the first manifest's length
    public async Task Import_WithAbsurdNumbers_IsRefusedBeforeTheyAreUsed(int offset, uint value)
    {
        byte[] file = await ExportAsync((await PublishAsync()).Id, null);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(offset), value);

        ExportException exception = await Assert.ThrowsAsync<ExportException>(() => ImportAsync(_here, file, null));

        Assert.Equal(ExportFault.Malformed, exception.Fault);
    }

    [Fact]
    public async Task Export_OfARevokedAccount_IsRefused()
    {
        LayerManifest function = await PublishAsync();
        await _here.Keys.RevokeAsync(World.Alice, World.Token);

        Assert.Equal(
            KeyFault.Revoked,
            (await Assert.ThrowsAsync<KeyException>(() => ExportAsync(function.Id, Passphrase))).Fault);
    }

    [Fact]
    public async Task Export_WithADamagedChunk_IsRefused()
    {
        LayerManifest function = await PublishAsync();
        StoreName name = StoreName.For(function.Chunks[0].Id);
        _here.Store.Decide = (_, asked) => asked == name ? Fault.Corrupt : Fault.None;

        Assert.Equal(
            function.Chunks[0].Id,
            (await Assert.ThrowsAsync<ChunkException>(() => ExportAsync(function.Id, null))).Id);
    }

    private async Task<LayerManifest> PublishAsync()
    {
        LayerManifest boot = await _here.PublishBootAsync(_memory);
        LayerManifest runtime = await _here.PublishBootAsync(_memory, LayerKind.Runtime, boot.Id);
        LayerManifest first = await _here.PublishFunctionAsync(_changed, runtime.Id);
        return await _here.PublishFunctionAsync(_changed, runtime.Id, null, first.Id);
    }

    private async Task<byte[]> ExportAsync(LayerId id, string? passphrase)
    {
        using MemoryStream file = new();
        await new LayerExporter(_here.Store, _here.Keys, _here.Entropy).ExportAsync(id, passphrase, file, World.Token);
        return file.ToArray();
    }

    private static async Task<LayerId> ImportAsync(World world, byte[] file, string? passphrase)
    {
        using MemoryStream input = new(file);
        return await new LayerImporter(world.Store, world.Gate, world.Keys, world.Entropy)
            .ImportAsync(input, passphrase, World.Token);
    }

    private async Task AssertRefusedAsync(byte[] file)
    {
        int roots = (await _here.ListAsync(StoreArea.Root)).Count;
        Exception exception = await Assert.ThrowsAnyAsync<Exception>(() => ImportAsync(_here, file, null));
        Assert.True(
            exception is ExportException or LayerException or ChunkException or KeyException, exception.ToString());
        Assert.Equal(roots, (await _here.ListAsync(StoreArea.Root)).Count);
        Assert.Empty(await _here.ListAsync(StoreArea.Publication));
    }
}
