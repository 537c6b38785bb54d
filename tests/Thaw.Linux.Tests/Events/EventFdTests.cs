namespace Thaw.Linux.Tests.Events;

public sealed class EventFdTests
{
    [Fact]
    public void TryDrain_New_IsFalse()
    {
        using EventFd fd = EventFd.Create();

        Assert.False(fd.TryDrain());
    }

    [Fact]
    public void TryDrain_AfterManySignals_IsTrueOnce()
    {
        using EventFd fd = EventFd.Create();
        for (int i = 0; i < 100; i++)
        {
            fd.Signal();
        }

        Assert.True(fd.TryDrain());
        Assert.False(fd.TryDrain());
    }

    [Fact]
    public void Signal_FromManyThreads_LosesNone()
    {
        const int ThreadCount = 4;
        const int SignalsPerThread = 1000;
        using EventFd fd = EventFd.Create();

        Parallel.For(0, ThreadCount, _ =>
        {
            for (int i = 0; i < SignalsPerThread; i++)
            {
                fd.Signal();
            }
        });

        byte[] counter = new byte[8];
        Assert.Equal(Errno.OK, fd.TryRead(counter, out int count));
        Assert.Equal(8, count);
        Assert.Equal((ulong)(ThreadCount * SignalsPerThread), BitConverter.ToUInt64(counter));
    }

    [Fact]
    public void Signal_FullCounter_NeitherBlocksNorThrows()
    {
        using EventFd fd = EventFd.Create();
        // The largest count that an eventfd takes (eventfd(2)).
        Assert.Equal(Errno.OK, fd.TryWrite(BitConverter.GetBytes(ulong.MaxValue - 1), out _));

        fd.Signal();

        Assert.True(fd.TryDrain());
    }

    [Fact]
    public void Signal_Once_WakesAPoller()
    {
        using EventFd fd = EventFd.Create();
        PollSet poll = new(1);
        poll.Add(fd, PollEvents.Readable);
        Assert.False(poll.Wait(timeoutMs: 0));

        fd.Signal();

        Assert.True(poll.Wait(timeoutMs: 0));
    }
}
