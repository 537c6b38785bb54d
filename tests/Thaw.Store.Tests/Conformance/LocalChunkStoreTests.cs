namespace Thaw.Store.Tests;

public sealed class LocalChunkStoreTests : ChunkStoreConformance, IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public LocalChunkStoreTests() => Store = Open();

    protected override IPrunableChunkStore Store { get; }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Read_ByAnotherInstance_SeesWhatWasPut()
    {
        StoreName name = NewName();
        await Store.PutAsync(name, new byte[10], PutMode.IfAbsent, Token);

        StoreRead read = await Open().ReadAsync(name, 0, new byte[10], Freshness.Cached, Token);

        Assert.Equal(StoreRead.Found(10, 10), read);
    }

    [Fact]
    public async Task RemoveLeftovers_OfAnInterruptedWrite_RemovesIt()
    {
        string leftover = _directory.Combine("tmp/1-abc");
        await File.WriteAllBytesAsync(leftover, new byte[100], Token);

        Assert.Equal(0, await Store.RemoveLeftoversAsync(DateTimeOffset.UtcNow.AddHours(-1), Token));
        Assert.True(File.Exists(leftover));
        Assert.Equal(100, await Store.RemoveLeftoversAsync(DateTimeOffset.UtcNow.AddHours(1), Token));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task Put_Done_LeavesNoTemporaryFile()
    {
        await Store.PutAsync(NewName(), new byte[100], PutMode.Replace, Token);

        Assert.Empty(Directory.GetFiles(_directory.Combine("tmp")));
    }

    [Fact]
    public async Task Put_ThatCannotWrite_NamesTheObjectAndLeavesNothing()
    {
        // A directory is where the temporary file should be; its name is known from the entropy.
        LocalChunkStore store = new(_directory.Path, Durability.None, new SeededEntropy(5));
        byte[] unique = new byte[16];
        new SeededEntropy(5).Fill(unique);
        string temporary = _directory.Combine($"tmp/{Environment.ProcessId}-{Convert.ToHexStringLower(unique)}");
        Directory.CreateDirectory(temporary);
        StoreName name = NewName();

        StoreException exception = await Assert.ThrowsAsync<StoreException>(
            async () => await store.PutAsync(name, new byte[100], PutMode.IfAbsent, Token));

        Assert.Equal(name, exception.Name);
        Assert.Null(await store.FindAsync(name, Token));
    }

    [Fact]
    public async Task Request_WhileTheDirectoryIsAway_SaysUnavailableAndNotMissing()
    {
        using TemporaryDirectory parent = new();
        string place = parent.Combine("store");
        LocalChunkStore store = new(place, Durability.None, new SystemEntropy());
        StoreName name = NewName();
        await store.PutAsync(name, new byte[10], PutMode.IfAbsent, Token);
        Directory.Move(place, place + ".away");

        StoreException read = await Assert.ThrowsAsync<StoreException>(
            async () => await store.ReadAsync(name, 0, new byte[10], Freshness.Origin, Token));
        StoreException find = await Assert.ThrowsAsync<StoreException>(
            async () => await store.FindAsync(name, Token));

        Assert.Equal((StoreFault.Unavailable, StoreFault.Unavailable), (read.Fault, find.Fault));
        Directory.Move(place + ".away", place);
        Assert.NotNull(await store.FindAsync(name, Token));
    }

    [Fact]
    public async Task List_WithForeignFilesInTheDirectory_SkipsThem()
    {
        StoreName name = NameOf(StoreArea.Chunk, 'a', 'b');
        await Store.PutAsync(name, new byte[1], PutMode.IfAbsent, Token);
        await File.WriteAllTextAsync(_directory.Combine("chunks/ab/README"), "not a chunk", Token);

        Assert.Equal([name], (await ListAsync(StoreArea.Chunk, null)).Select(entry => entry.Name));
    }

    [Theory]
    [InlineData(28, StoreFault.OutOfSpace)] // ENOSPC
    [InlineData(122, StoreFault.OutOfSpace)] // EDQUOT
    [InlineData(30, StoreFault.AccessDenied)] // EROFS
    [InlineData(13, StoreFault.AccessDenied)] // EACCES
    [InlineData(5, StoreFault.Unavailable)] // EIO
    public void Translate_OfAnErrno_GivesItsFault(int errno, StoreFault fault) =>
        Assert.Equal(fault, LocalFaults.Translate(new IOException("said so", errno), "It failed", null).Fault);

    private LocalChunkStore Open() => new(_directory.Path, Durability.Full, new SystemEntropy());
}
