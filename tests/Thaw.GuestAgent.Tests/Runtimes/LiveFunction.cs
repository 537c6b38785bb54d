using System.Runtime.CompilerServices;
using System.Text;
using Thaw.GuestAgent.Control;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.GuestAgent.Processes;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Tests.Fakes;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Tests.Runtimes;

/// <summary>
/// A function in a real process under the real launcher, Runtime API and log pump; cgroup, clone system and package
/// are fakes, and it has no root of its own.
/// </summary>
internal sealed class LiveFunction : IFunctionLauncher, IAgentOutput, IDisposable
{
    private static readonly string s_node = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(folder => Path.Combine(folder, "node")).FirstOrDefault(File.Exists) ?? "/usr/bin/node";

    private static readonly TimeSpan s_logMax = TimeSpan.FromSeconds(60);

    private readonly Journal _journal = new();
    private readonly FakeOutput _frames;
    private readonly StringBuilder _log = new();
    private readonly string _directory = Directory.CreateTempSubdirectory("thaw-function-").FullName;
    private readonly BlockingSocket _listener = BlockingSocket.ListenLoopback(0, backlog: 16);
    private readonly RuntimeApiServer _server;
    private readonly LogPump _pump;
    private readonly FunctionLauncher _launcher;
    private readonly ProcessGroup _group = new();
    private readonly FakeCloneSystem _cloneSystem;
    private readonly string _runtime;

    internal LiveFunction(string runtime = "python3.13")
    {
        _runtime = runtime;
        _frames = new FakeOutput(_journal);
        _cloneSystem = new FakeCloneSystem(_journal);
        _pump = new LogPump(this);
        LauncherOptions options = new()
        {
            OwnProgram = [Path.Combine(AppContext.BaseDirectory, "thaw-init")],
            Root = "/",
            CgroupDirectory = "",
            UserId = 0,
            SpecPath = Path.Combine(_directory, "launch"),
        };
        _launcher = new FunctionLauncher(options, _pump, _group.Start);
        Session = new FunctionSession(new FunctionParts
        {
            Output = this,
            Log = _pump,
            Cgroup = _group,
            Launcher = this,
            Package = new FakePackage(),
            SecretWipe = new FakeSecretWipe(_journal),
            ProcessMemory = new FakeProcessMemory(),
            CloneSystem = _cloneSystem,
            Machine = new FakeMachine(_journal),
            Clock = new MonotonicClock(),
            RuntimeApiAddress = $"127.0.0.1:{_listener.LoopbackPort}",
            TaskRoot = TaskRoot,
        });
        _server = new RuntimeApiServer(_listener, Session);
        _server.Start(StartThread);
        StartThread("log", _pump.Run);
        StartThread("deadlines", Session.RunDeadlines);
        _ = Directory.CreateDirectory(TaskRoot);
        _ = Directory.CreateDirectory(Path.Combine(_directory, "node_modules"));
        _ = Directory.CreateSymbolicLink(
            Path.Combine(_directory, "node_modules/snapshot-restore-js"),
            Path.Combine(Repository, "guest/runtimes/node/snapshot-restore-js"));
    }

    internal static string Repository { get; } = FindRepository();

    internal FunctionSession Session { get; }

    private string RuntimeDirectory => _runtime switch
    {
        ['n', ..] => Path.Combine(Repository, "guest/runtimes/node"),
        ['d', ..] => BuiltBeside("Thaw.FunctionRuntime"),
        _ => Path.Combine(Repository, "guest/runtimes/python"),
    };

    /// <summary>What starts the .NET that these tests run on.</summary>
    private static string OwnDotnet => Path.Combine(
        Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../..", "dotnet");

    internal string TaskRoot => Path.Combine(_directory, "task");

    /// <summary>What the function has written so far.</summary>
    internal string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Waits until the function has written this.</summary>
    internal void AwaitLog(string text)
    {
        lock (_log)
        {
            while (!Log.Contains(text, StringComparison.Ordinal))
            {
                Assert.True(Monitor.Wait(_log, s_logMax), $"'{text}' was not written, but: {Log}");
            }
        }
    }

    /// <summary>Has the runtime started before its function is known.</summary>
    internal Prepared Prepare()
    {
        Session.Prepare(SessionBench.Preparation(_runtime) with { TimeoutMs = 60_000 });
        return _frames.Take<Prepared>().Message;
    }

    /// <summary>Starts app.handler with this source.</summary>
    internal void Start(
        string source, bool snapStart = false, Func<Configure, Configure>? change = null, string file = "app.py")
    {
        File.WriteAllText(Path.Combine(TaskRoot, file), source);
        Configure configuration = SessionBench.Configuration(snapStart) with { Runtime = _runtime };
        Session.Configure(change is null ? configuration : change(configuration));
    }

    /// <summary>Starts a handler of a .NET project, <c>Type::Method</c> in the namespace of its name.</summary>
    internal void StartDotnet(
        string handler, string project = "Thaw.SampleFunctions", bool snapStart = false,
        Func<Configure, Configure>? change = null)
    {
        foreach (string file in Directory.EnumerateFiles(BuiltBeside(project)))
        {
            File.Copy(file, Path.Combine(TaskRoot, Path.GetFileName(file)));
        }
        Configure configuration = SessionBench.Configuration(snapStart) with
        {
            Runtime = _runtime, Handler = $"{project}::{project}.{handler}", InitTimeoutMs = 60_000,
        };
        Session.Configure(change is null ? configuration : change(configuration));
    }

    /// <summary>The end of init.</summary>
    internal (InitDone Done, string Body) Init()
    {
        (InitDone done, ReadOnlyMemory<byte> body) = _frames.Take<InitDone>();
        return (done, Encoding.UTF8.GetString(body.Span));
    }

    /// <summary>Runs an invocation.</summary>
    internal (InvokeDone Done, string Body) Invoke(string payload = "{}", Invoke? request = null)
    {
        Session.Invoke(request ?? SessionBench.Request(timeoutMs: 60_000), Encoding.UTF8.GetBytes(payload));
        (InvokeDone done, ReadOnlyMemory<byte> body) = _frames.Take<InvokeDone>();
        return (done, Encoding.UTF8.GetString(body.Span));
    }

    /// <summary>Quiesces and restores.</summary>
    internal Restored Clone(ulong generation = 1)
    {
        Session.Quiesce(new Quiesce { TimeoutMs = 20_000 });
        _ = _frames.Take<Quiesced>();
        Session.Restore(
            SessionBench.RestoreRequest(generation) with { RestoreTimeoutMs = 60_000 }, LinuxClock.MonotonicNs);
        return _frames.Take<Restored>().Message;
    }

    public void Dispose()
    {
        Session.End();
        _pump.Stop();
        _server.Stop();
        Directory.Delete(_directory, recursive: true);
    }

    public bool TrySend(AgentMessage message, ReadOnlySpan<byte> body = default)
    {
        if (message is LogOutput)
        {
            lock (_log)
            {
                _log.Append(Encoding.UTF8.GetString(body));
                Monitor.PulseAll(_log);
            }
            return true;
        }
        return _frames.TrySend(message, body);
    }

    /// <summary>The same start, on this machine: its own programs, and directories that need no root.</summary>
    void IFunctionLauncher.Start(GuestAgent.Configuration.FunctionStart start, Action<string> onExit) =>
        _launcher.Start(
            start with
            {
                Arguments = start.Arguments[0] switch
                {
                    "/usr/bin/node" => [s_node, .. start.Arguments.Skip(1).Select(OnThisMachine)],
                    "/usr/share/dotnet/dotnet" => [OwnDotnet, .. start.Arguments.Skip(1).Select(OnThisMachine)],
                    { } program when program.StartsWith("/usr/bin/python", StringComparison.Ordinal) =>
                        ["/usr/bin/python3", .. start.Arguments.Skip(1).Select(OnThisMachine)],
                    _ => start.Arguments,
                },
                Environment = [.. start.Environment.Select(OnThisMachine), "PYTHONDONTWRITEBYTECODE=1"],
            },
            onExit);

    private string OnThisMachine(string text) => text
        .Replace("/var/runtime/", RuntimeDirectory + "/", StringComparison.Ordinal)
        .Replace(":/var/runtime:", $":{RuntimeDirectory}:", StringComparison.Ordinal);

    /// <summary>Where another project was built, as this one was.</summary>
    private static string BuiltBeside(string project)
    {
        string own = AppContext.BaseDirectory.TrimEnd('/');
        return Path.GetFullPath(Path.Combine(own, "../..", project, Path.GetFileName(own)));
    }

    private static void StartThread(string name, Action body) =>
        new Thread(() => body()) { Name = name, IsBackground = true }.Start();

    private static string FindRepository([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../.."));
}
