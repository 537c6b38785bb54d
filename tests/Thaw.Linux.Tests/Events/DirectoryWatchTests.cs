namespace Thaw.Linux.Tests.Events;

public sealed class DirectoryWatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Start_NoSuchDirectory_IsRefusedByName()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => DirectoryWatch.Start(_folder.File("missing")));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("missing", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Wait_NothingCreated_IsFalse()
    {
        _folder.File("before", [1]);
        using DirectoryWatch watch = DirectoryWatch.Start(_folder.Path);

        Assert.False(watch.Wait(timeoutMs: 0));
    }

    [Fact]
    public void Wait_FileCreated_IsTrueOnce()
    {
        using DirectoryWatch watch = DirectoryWatch.Start(_folder.Path);
        _folder.File("new", [1]);

        Assert.True(watch.Wait(Waiting.BoundMs));
        Assert.False(watch.Wait(timeoutMs: 0));
    }

    [Fact]
    public void Wait_ManyFilesCreated_IsTrueOnce()
    {
        // More events than one read takes: each has 16 bytes and its name.
        using DirectoryWatch watch = DirectoryWatch.Start(_folder.Path);
        for (int i = 0; i < 400; i++)
        {
            _folder.File($"new-{i}", []);
        }

        Assert.True(watch.Wait(Waiting.BoundMs));
        Assert.False(watch.Wait(timeoutMs: 0));
    }

    [Fact]
    public async Task Wait_FileCreatedByAnotherThread_Wakes()
    {
        using DirectoryWatch watch = DirectoryWatch.Start(_folder.Path);

        Task create = Task.Run(() => _folder.File("new", [1]));

        Assert.True(watch.Wait(Waiting.BoundMs));
        await create;
    }
}
