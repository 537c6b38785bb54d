using System.Globalization;
using Thaw.GuestAgent.Boot;
using Thaw.GuestAgent.Configuration;
using Thaw.GuestAgent.Control;
using Thaw.GuestAgent.Functions;
using Thaw.GuestAgent.Logs;
using Thaw.GuestAgent.Mappings;
using Thaw.GuestAgent.Packages;
using Thaw.GuestAgent.Processes;
using Thaw.GuestAgent.Restores;
using Thaw.GuestAgent.RuntimeApi;
using Thaw.GuestAgent.Secrets;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.GuestAgent;

/// <summary>PID 1 of a microVM: boots it, says hello, and serves until the host ends it.</summary>
internal sealed class InitProcess
{
    private const ushort RuntimeApiPort = 9001;
    private const int ControlBacklog = 4;

    /// <summary>
    /// Set to a port: control by TCP on the loopback instead of vsock, and no hello. For trying PID 1 in namespaces.
    /// </summary>
    private const string ControlPortVariable = "THAW_CONTROL_TCP_PORT";

    private readonly GuestMachine _machine = new();
    private readonly AgentThreads _threads;

    private InitProcess() => _threads = new AgentThreads(_machine);

    /// <summary>Does all that; does not return as long as the machine can be ended.</summary>
    internal static void Run()
    {
        InitProcess init = new();
        init._threads.Guard("main", init.BootAndServe);
    }

    private static bool IsTrial => Environment.GetEnvironmentVariable(ControlPortVariable) is not null;

    private void BootAndServe()
    {
        ChildProcess.IgnoreBrokenPipes();
        ControlServer server;
        try
        {
            BootSequence.Run();
            server = Compose();
        }
        catch (BootException error)
        {
            AgentConsole.Alarm(error.ToString());
            TellHost(new Failed
            {
                Step = error.Step,
                Error = new FunctionError("BootFailed", error.InnerException?.Message ?? error.Message),
            });
            _machine.End(reboot: true);
            return;
        }
        double bootMs = LinuxClock.BootTimeNs / 1e6;
        AgentConsole.Note(string.Create(CultureInfo.InvariantCulture, $"{BootSequence.Durations}up in {bootMs:F0} ms"));
        TellHost(new Hello
        {
            AgentVersion = typeof(InitProcess).Assembly.GetName().Version?.ToString(3) ?? "",
            ProtocolVersion = ProtocolLimits.Version,
            BootMs = bootMs,
            KernelRelease = ControlFile.Read("/proc/sys/kernel/osrelease"),
        });
        server.Run();
    }

    private ControlServer Compose()
    {
        BlockingSocket? control = null;
        BlockingSocket? api = null;
        FunctionCgroup? cgroup = null;
        SysgenidDevice? device = null;
        GuestIdentity? identity = null;
        BootSequence.Step("cgroup", () =>
            cgroup = FunctionCgroup.Create(GuestPaths.Cgroups, GuestPaths.FunctionCgroup));
        BootSequence.Step("sysgenid", () => device = SysgenidDevice.Open());
        BootSequence.Step("identity", () => identity = GuestIdentity.Create(GuestPaths.Root, GuestPaths.BootId));
        BootSequence.Step("control listener", () => control = ListenForHost());
        BootSequence.Step("runtime api", () =>
            api = BlockingSocket.ListenLoopback(RuntimeApiPort, AgentLimits.RuntimeApiBacklog));

        ControlChannel channel = new();
        LogPump log = new(channel);
        ChildReaper reaper = new();
        LauncherOptions launch = new()
        {
            OwnProgram = ["/proc/self/exe"],
            Root = GuestPaths.Root,
            CgroupDirectory = cgroup!.DirectoryPath,
            UserId = LauncherOptions.FunctionUserId,
            SpecPath = GuestPaths.LaunchSpec,
        };
        FunctionSession session = new(new FunctionParts
        {
            Output = channel,
            Log = log,
            Cgroup = cgroup,
            Launcher = new FunctionLauncher(launch, log, reaper.Start),
            Package = new PackageUnpacker(GuestPaths.Root + FunctionEnvironment.TaskRoot),
            SecretWipe = new SecretWipe(
                device!, GuestPaths.Swaps, new NamedMemoryFiles(GuestPaths.Processes, cgroup.MembersPath)),
            ProcessMemory = new ProcessMemory(GuestPaths.Processes),
            CloneSystem = new CloneSystem(identity!, device!),
            Machine = _machine,
            Clock = new MonotonicClock(),
            RuntimeApiAddress = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{RuntimeApiPort}"),
        });
        _threads.Start("reaper", reaper.Run);
        _threads.Start("log", log.Run);
        _threads.Start("deadlines", session.RunDeadlines);
        new RuntimeApiServer(api!, session).Start(_threads.Start);
        return new ControlServer(control!, IsHost, channel, session, log, _machine);
    }

    private static BlockingSocket ListenForHost() =>
        Environment.GetEnvironmentVariable(ControlPortVariable) is { } port
            ? BlockingSocket.ListenLoopback(ushort.Parse(port, CultureInfo.InvariantCulture), ControlBacklog)
            : BlockingSocket.ListenVsock(ProtocolLimits.AgentPort, ControlBacklog);

    private static bool IsHost(BlockingSocket connection) =>
        IsTrial || VsockPeer.ContextIdOf(connection) == VsockPeer.Host;

    /// <summary>Sends one frame on a connection of its own to where the host listens at boot.</summary>
    private static void TellHost(AgentMessage message)
    {
        if (IsTrial)
        {
            return;
        }
        try
        {
            using SocketStream stream = new(BlockingSocket.ConnectVsock(VsockPeer.Host, ProtocolLimits.HelloPort));
            stream.Write(FrameCodec.Encode(message));
        }
        catch (IOException error)
        {
            // The host gives up on this microVM by its own clock; the console says why.
            AgentConsole.Alarm($"the host can't be told {message.Kind}: {error.Message}");
        }
    }
}
