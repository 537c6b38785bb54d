namespace Thaw.Linux.Tests.Events;

public sealed class EventLoopTests : IDisposable
{
    private readonly EventLoop _loop = new();
    private readonly EventFd _fd = EventFd.Create();

    public void Dispose()
    {
        _loop.Dispose();
        _fd.Dispose();
    }

    [Fact]
    public void RunOnce_NothingReady_ReturnsZero()
    {
        using EventLoop.Registration registration =
            _loop.Register(_fd, EpollEvents.Readable, _ => Assert.Fail("Nothing is ready."));

        Assert.Equal(0, _loop.RunOnce(timeoutMs: 0));
    }

    [Fact]
    public void RunOnce_ReadyDescriptor_CallsBackUntilDrained()
    {
        int calls = 0;
        EpollEvents seen = EpollEvents.None;
        using EventLoop.Registration registration = _loop.Register(_fd, EpollEvents.Readable, events =>
        {
            calls++;
            seen = events;
        });
        _fd.Signal();

        Assert.Equal(1, _loop.RunOnce(timeoutMs: 0));
        Assert.Equal(1, _loop.RunOnce(timeoutMs: 0));
        _fd.TryDrain();
        Assert.Equal(0, _loop.RunOnce(timeoutMs: 0));

        Assert.Equal(2, calls);
        Assert.Equal(EpollEvents.Readable, seen);
    }

    [Fact]
    public void Change_Events_TakesEffect()
    {
        int calls = 0;
        using EventLoop.Registration registration = _loop.Register(_fd, EpollEvents.Readable, _ => calls++);
        _fd.Signal();

        registration.Change(EpollEvents.None);
        _loop.RunOnce(timeoutMs: 0);
        Assert.Equal(0, calls);

        registration.Change(EpollEvents.Readable);
        _loop.RunOnce(timeoutMs: 0);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void RunOnce_PeerGone_ReportsHangUpUnasked()
    {
        (SafeFd read, SafeFd write) = Pipe.Create(nonBlockingRead: true);
        using (read)
        {
            EpollEvents seen = EpollEvents.None;
            using EventLoop.Registration registration = _loop.Register(read, EpollEvents.None, events => seen = events);

            write.Dispose();
            _loop.RunOnce(timeoutMs: 0);

            Assert.Equal(EpollEvents.HangUp, seen);
        }
    }

    [Fact]
    public void Dispose_Registration_EndsCallbacks()
    {
        EventLoop.Registration registration =
            _loop.Register(_fd, EpollEvents.Readable, _ => Assert.Fail("It was removed."));
        _fd.Signal();

        registration.Dispose();
        registration.Dispose();

        Assert.Equal(0, _loop.RunOnce(timeoutMs: 0));
    }

    [Fact]
    public void Dispose_OtherRegistrationOfTheSameBatch_IsNotDispatchedAnyMore()
    {
        // Both are ready, and whichever is first removes the other: its state may be gone.
        using EventFd other = EventFd.Create();
        int calls = 0;
        EventLoop.Registration? second = null;
        EventLoop.Registration first = _loop.Register(_fd, EpollEvents.Readable, _ =>
        {
            calls++;
            second!.Dispose();
        });
        second = _loop.Register(other, EpollEvents.Readable, _ =>
        {
            calls++;
            first.Dispose();
        });
        _fd.Signal();
        other.Signal();

        Assert.Equal(2, _loop.RunOnce(timeoutMs: 0));

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Dispose_InItsOwnCallbackWithItsDescriptor_IsFine()
    {
        EventFd own = EventFd.Create();
        EventLoop.Registration? registration = null;
        registration = _loop.Register(own, EpollEvents.Readable, _ =>
        {
            registration!.Dispose();
            own.Dispose();
        });
        own.Signal();

        Assert.Equal(1, _loop.RunOnce(timeoutMs: 0));
        Assert.Equal(0, _loop.RunOnce(timeoutMs: 0));
    }

    [Fact]
    public void Register_ANewDescriptorUnderAnOldNumber_GetsItsOwnCallback()
    {
        EventFd old = EventFd.Create();
        _loop.Register(old, EpollEvents.Readable, _ => Assert.Fail("It was removed.")).Dispose();
        old.Dispose();
        using EventFd young = EventFd.Create();
        int calls = 0;
        using EventLoop.Registration registration = _loop.Register(young, EpollEvents.Readable, _ => calls++);
        young.Signal();

        _loop.RunOnce(timeoutMs: 0);

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Dispose_RegistrationBehindItsDescriptorOrLoop_IsQuiet()
    {
        EventFd closed = EventFd.Create();
        EventLoop.Registration orphan = _loop.Register(closed, EpollEvents.Readable, _ => { });
        closed.Dispose();
        orphan.Dispose();

        EventLoop.Registration late = _loop.Register(_fd, EpollEvents.Readable, _ => { });
        _loop.Dispose();
        late.Dispose();
    }

    [Fact]
    public void Register_RegularFile_IsRefused()
    {
        using TemporaryFolder folder = new();
        using SafeFd file = SafeFd.Open(folder.File("a"), FileOpen.CreateNew);

        LinuxException refused =
            Assert.Throws<LinuxException>(() => _loop.Register(file, EpollEvents.Readable, _ => { }));

        Assert.Equal(Errno.EPERM, refused.Errno);
    }

    [Fact]
    public void Register_SameDescriptorTwice_IsRefusedAndTheFirstStays()
    {
        int calls = 0;
        using EventLoop.Registration registration = _loop.Register(_fd, EpollEvents.Readable, _ => calls++);

        LinuxException refused =
            Assert.Throws<LinuxException>(() => _loop.Register(_fd, EpollEvents.Readable, _ => { }));
        _fd.Signal();
        _loop.RunOnce(timeoutMs: 0);

        Assert.Equal(Errno.EEXIST, refused.Errno);
        Assert.Equal(1, calls);
    }

    [Fact]
    public void RunOnce_MoreReadyThanABatchHolds_ServesAll()
    {
        // 64 events are taken at a time.
        List<EventFd> fds = [.. Enumerable.Range(0, 200).Select(_ => EventFd.Create())];
        HashSet<EventFd> served = [];
        foreach (EventFd fd in fds)
        {
            fd.Signal();
            _loop.Register(fd, EpollEvents.Readable, _ =>
            {
                fd.TryDrain();
                served.Add(fd);
            });
        }

        while (_loop.RunOnce(timeoutMs: 0) > 0)
        {
        }

        Assert.Equal(fds.Count, served.Count);
        fds.ForEach(fd => fd.Dispose());
    }

    [Fact]
    public void Post_FromManyThreads_RunsAllOnTheLoopsThreadInEachOnesOrder()
    {
        const int ThreadCount = 4;
        const int PostsPerThread = 2000;
        List<int>[] seen = [.. Enumerable.Range(0, ThreadCount).Select(_ => new List<int>())];
        int loopThread = Environment.CurrentManagedThreadId;
        int strangers = 0;
        int left = ThreadCount * PostsPerThread;
        List<Thread> threads = [.. Enumerable.Range(0, ThreadCount).Select(id => new Thread(() =>
        {
            for (int i = 0; i < PostsPerThread; i++)
            {
                int number = i;
                _loop.Post(() =>
                {
                    strangers += Environment.CurrentManagedThreadId == loopThread ? 0 : 1;
                    seen[id].Add(number);
                    if (--left == 0)
                    {
                        _loop.Stop();
                    }
                });
            }
        }))];

        threads.ForEach(thread => thread.Start());
        _loop.Run();
        threads.ForEach(thread => Waiting.ForEnd(thread, "Poster"));

        Assert.Equal(0, strangers);
        Assert.All(seen, order => Assert.Equal(Enumerable.Range(0, PostsPerThread), order));
    }

    [Fact]
    public void Post_FromACallback_RunsInALaterTurn()
    {
        List<string> order = [];
        _loop.Post(() =>
        {
            _loop.Post(() => order.Add("inner"));
            order.Add("outer");
        });

        _loop.RunOnce(timeoutMs: 0);
        _loop.RunOnce(timeoutMs: 0);

        Assert.Equal(["outer", "inner"], order);
    }

    [Fact]
    public void Post_ThatAlwaysPostsAgain_DoesNotKeepDescriptorsWaiting()
    {
        // A bound on the wrong behaviour, so that the test ends: a right loop needs two turns.
        const int TurnCountMax = 10_000;
        int turns = 0;
        using EventLoop.Registration registration = _loop.Register(_fd, EpollEvents.Readable, _ => _loop.Stop());
        void Again()
        {
            if (++turns < TurnCountMax)
            {
                _loop.Post(Again);
            }
        }
        _loop.Post(Again);
        _fd.Signal();

        _loop.Run();

        Assert.InRange(turns, 1, TurnCountMax / 2);
    }

    [Fact]
    public void Stop_FromAnotherThread_EndsRun()
    {
        Thread runner = new(_loop.Run);
        using ManualResetEventSlim running = new();
        _loop.Post(running.Set);
        runner.Start();
        Assert.True(running.Wait(Waiting.BoundMs), "The loop did not start.");

        _loop.Stop();

        Waiting.ForEnd(runner, "Run");
    }

    [Fact]
    public void Stop_BeforeRun_RunReturnsAtOnce()
    {
        _loop.Stop();

        _loop.Run();
    }

    [Fact]
    public void Stop_InACallback_WhatWasPostedBeforeStillRuns()
    {
        bool ran = false;
        _loop.Post(_loop.Stop);
        _loop.Post(() => ran = true);

        _loop.Run();

        Assert.True(ran);
    }

    [Fact]
    public void Run_CallbackThrows_TheExceptionComesOutOfRun()
    {
        _loop.Post(() => throw new InvalidOperationException("mine"));

        Assert.Equal("mine", Assert.Throws<InvalidOperationException>(_loop.Run).Message);
    }
}
