namespace Thaw.Linux.Tests.Files;

public sealed class PipeTests
{
    [Fact]
    public void Create_NonBlocking_ReadsWhatIsWrittenElseWouldBlock()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: true);
        byte[] buffer = new byte[8];

        Assert.Equal(Errno.EAGAIN, read.TryRead(buffer, out _));
        Assert.Equal(Errno.OK, write.TryWrite("abc"u8, out int written));
        Assert.Equal(Errno.OK, read.TryRead(buffer, out int count));

        Assert.Equal(3, written);
        Assert.Equal("abc"u8, buffer.AsSpan(0, count));
        read.Dispose();
        write.Dispose();
    }

    [Fact]
    public async Task Create_Blocking_ReaderWaitsForTheWriter()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);
        byte[] buffer = new byte[8];
        using ManualResetEventSlim started = new();

        Task<int> reader = Task.Run(() =>
        {
            started.Set();
            Assert.Equal(Errno.OK, read.TryRead(buffer, out int count));
            return count;
        });
        Assert.True(started.Wait(Waiting.BoundMs));
        write.TryWrite("xy"u8, out _);

        Assert.Equal(2, await reader);
        read.Dispose();
        write.Dispose();
    }

    [Fact]
    public void TryRead_WriterClosed_IsTheEnd()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: true);
        write.Dispose();

        Assert.Equal(Errno.OK, read.TryRead(new byte[1], out int count));

        Assert.Equal(0, count);
        read.Dispose();
    }
}
