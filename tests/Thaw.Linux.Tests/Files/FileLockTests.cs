namespace Thaw.Linux.Tests.Files;

public sealed class FileLockTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("thaw-lock-").FullName;

    private string LockPath => Path.Combine(_directory, "lock");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void TryAcquire_OfWhatIsHeld_GivesNull()
    {
        using (FileLock held = FileLock.Acquire(LockPath))
        {
            Assert.Null(FileLock.TryAcquire(LockPath));
        }

        using FileLock? free = FileLock.TryAcquire(LockPath);
        Assert.NotNull(free);
    }

    [Fact]
    public async Task Acquire_OfWhatIsHeld_WaitsForIt()
    {
        FileLock held = FileLock.Acquire(LockPath);
        TaskCompletionSource started = new();
        Task<FileLock> waiting = Task.Factory.StartNew(
            () =>
            {
                started.SetResult();
                return FileLock.Acquire(LockPath);
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await started.Task;
        Assert.False(waiting.IsCompleted);

        held.Dispose();

        (await waiting).Dispose();
    }

    [Fact]
    public void Acquire_InADirectoryThatIsNotThere_SaysSo() => Assert.Equal(
        Errno.ENOENT,
        Assert.Throws<LinuxException>(() => { FileLock.Acquire(Path.Combine(_directory, "x/lock")); }).Errno);

    [Fact]
    public void DirectorySync_OfADirectory_ReturnsAndOfOthersRefuses()
    {
        DirectorySync.Flush(_directory);
        File.WriteAllText(LockPath, "");

        Assert.Equal(Errno.ENOENT, Assert.Throws<LinuxException>(() => DirectorySync.Flush(_directory + "/x")).Errno);
        Assert.Equal(Errno.ENOTDIR, Assert.Throws<LinuxException>(() => DirectorySync.Flush(LockPath)).Errno);
    }
}
