using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Fakes;

/// <summary>A session among fakes, and the usual ways to move it.</summary>
internal sealed class SessionBench : IDisposable
{
    internal SessionBench()
    {
        Output = new FakeOutput(Journal);
        Cgroup = new FakeCgroup(Journal);
        CloneSystem = new FakeCloneSystem(Journal);
        SecretWipe = new FakeSecretWipe(Journal);
        Session = new FunctionSession(new FunctionParts
        {
            Output = Output,
            Log = new FakeLog(Journal),
            Cgroup = Cgroup,
            Launcher = Launcher,
            Package = Package,
            SecretWipe = SecretWipe,
            ProcessMemory = ProcessMemory,
            CloneSystem = CloneSystem,
            Machine = new FakeMachine(Journal),
            Clock = Clock,
            RuntimeApiAddress = "127.0.0.1:9001",
        });
    }

    internal Journal Journal { get; } = new();

    internal FakeOutput Output { get; }

    internal FakeCgroup Cgroup { get; }

    internal FakeCloneSystem CloneSystem { get; }

    internal FakeSecretWipe SecretWipe { get; }

    internal FakeProcessMemory ProcessMemory { get; } = new();

    internal FakeLauncher Launcher { get; } = new();

    internal FakePackage Package { get; } = new();

    internal FakeClock Clock { get; } = new();

    internal FunctionSession Session { get; }

    internal static Configure Configuration(bool snapStart = false) => new()
    {
        ProtocolVersion = ProtocolLimits.Version,
        FunctionName = "hello",
        FunctionVersion = "1",
        FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:hello:1",
        Handler = "app.handler",
        Runtime = "python3.13",
        TimeoutMs = 3000,
        InitTimeoutMs = 10_000,
        MemorySizeMb = 128,
        Environment = new Dictionary<string, string> { ["GREETING"] = "hi" },
        SnapStart = snapStart,
        CodeSizeBytes = 1000,
    };

    internal static Prepare Preparation(string runtime = "python3.13") => new()
    {
        ProtocolVersion = ProtocolLimits.Version,
        Runtime = runtime,
        TimeoutMs = 10_000,
    };

    internal static Invoke Request(string id = "r-1", int timeoutMs = 3000) =>
        new() { RequestId = id, DeadlineUnixMs = 1_800_000_000_000, TimeoutMs = timeoutMs };

    internal static Restore RestoreRequest(ulong generation = 1) => new()
    {
        ProtocolVersion = ProtocolLimits.Version,
        CloneId = "clone-1",
        Generation = generation,
        WallClockUnixNs = 1_800_000_000_000_000_000,
        Entropy = [.. Enumerable.Range(1, 32).Select(value => (byte)value)],
        Hostname = "clone-1",
    };

    /// <summary>A function that waits for its first invocation; the task is the waiting call.</summary>
    internal Task<ApiAnswer> BringToNext()
    {
        Session.Configure(Configuration());
        Task<ApiAnswer> next = Task.Run(Session.NextInvocation);
        Assert.True(Output.Take<InitDone>().Message.Ok);
        return next;
    }

    /// <summary>A function that waits in /restore/next; the task is the waiting call.</summary>
    internal Task<ApiAnswer> BringToRestoreNext()
    {
        Session.Configure(Configuration(snapStart: true));
        Task<ApiAnswer> restore = Task.Run(Session.RestoreNext);
        Assert.True(Output.Take<InitDone>().Message.Ok);
        return restore;
    }

    /// <summary>A frozen function, as in a snapshot.</summary>
    internal Task<ApiAnswer> BringToFrozen()
    {
        Task<ApiAnswer> restore = BringToRestoreNext();
        Session.Quiesce(new Quiesce { TimeoutMs = 1000 });
        _ = Output.Take<Quiesced>();
        Journal.Clear();
        return restore;
    }

    /// <summary>A function whose handler has the invocation "r-1".</summary>
    internal async Task BringToRunning()
    {
        Task<ApiAnswer> next = BringToNext();
        Session.Invoke(Request(), "{}"u8.ToArray());
        ApiAnswer answer = await next;
        Assert.Equal("r-1", answer.Invocation!.Request.RequestId);
    }

    public void Dispose()
    {
        Session.End();
        Output.Dispose();
    }
}
