namespace Thaw.Linux.Tests.Events;

public sealed class PollSetTests
{
    [Fact]
    public void Wait_OneOfSeveralReady_SaysWhich()
    {
        using EventFd quiet = EventFd.Create();
        using EventFd ready = EventFd.Create();
        ready.Signal();
        PollSet poll = new(2);
        int quietIndex = poll.Add(quiet, PollEvents.Readable);
        int readyIndex = poll.Add(ready, PollEvents.Readable);

        Assert.True(poll.Wait(timeoutMs: -1));

        Assert.Equal(PollEvents.None, poll.Found(quietIndex));
        Assert.Equal(PollEvents.Readable, poll.Found(readyIndex));
    }

    [Fact]
    public void Wait_NothingReady_IsFalseWhenTheTimeIsOver()
    {
        using EventFd quiet = EventFd.Create();
        PollSet poll = new(1);
        poll.Add(quiet, PollEvents.Readable);

        Assert.False(poll.Wait(timeoutMs: 0));
        Assert.False(poll.Wait(timeoutMs: 1));
    }

    [Fact]
    public void Wait_WriterGone_FindsHangUpUnasked()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: false);
        using (read)
        {
            write.Dispose();
            PollSet poll = new(1);
            poll.Add(read, PollEvents.None);

            Assert.True(poll.Wait(Waiting.BoundMs));

            Assert.Equal(PollEvents.HangUp, poll.Found(0));
        }
    }

    [Fact]
    public void Clear_AndAddAgain_CountsFromZero()
    {
        using EventFd ready = EventFd.Create();
        using EventFd quiet = EventFd.Create();
        ready.Signal();
        PollSet poll = new(1);
        poll.Add(ready, PollEvents.Readable);

        poll.Clear();

        Assert.Equal(0, poll.Add(quiet, PollEvents.Readable));
        Assert.False(poll.Wait(timeoutMs: 0));
    }

    [Fact]
    public void Add_OverCapacity_IsRefused()
    {
        using EventFd fd = EventFd.Create();
        PollSet poll = new(1);
        poll.Add(fd, PollEvents.Readable);

        Assert.Throws<IndexOutOfRangeException>(() => poll.Add(fd, PollEvents.Readable));
    }
}
