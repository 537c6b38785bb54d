using Thaw.Linux;
using Thaw.Monitor.Api;
using Thaw.Monitor.CommandLine;
using Thaw.Monitor.Control;
using Thaw.Monitor.Http;
using Thaw.Monitor.Logging;
using Thaw.Monitor.Models;
using Thaw.Vmm;

namespace Thaw.Monitor;

/// <summary>The process: event loop, log, API socket and the one microVM, wired together.</summary>
internal sealed class MonitorProcess : IDisposable
{
    private readonly MonitorOptions _options;
    private readonly EventLoop _loop = new();
    private readonly MonitorLog _log;
    private readonly MonitorMetrics _metrics;
    private readonly MicrovmSession _session;
    private readonly VmmController _controller;
    private readonly SerialOutput _serial = new();
    private readonly Action<int> _endNow;
    private HttpServer? _server;
    private PidFd? _parent;
    private int _exitCode = ExitCodes.Ok;

    /// <summary>Wires everything; nothing runs yet.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="log">Where lines go.</param>
    /// <param name="time">Host time.</param>
    /// <param name="endNow">Ends the process whatever its threads wait for; any thread.</param>
    internal MonitorProcess(MonitorOptions options, MonitorLog log, TimeProvider time, Action<int>? endNow = null)
    {
        _options = options;
        _endNow = endNow ?? ProcessEnd.Now;
        _log = log;
        _metrics = new MonitorMetrics(options.Id, time);
        _controller = new VmmController(_loop, log, time, _serial, OnGuestEnd, OnMemoryLost);
        _session = new MicrovmSession(options.Id, _controller, log, _metrics, time);
    }

    /// <summary>Runs until the microVM ends or the process is of no more use.</summary>
    /// <param name="ready">Called when the API socket listens and the event loop is about to run.</param>
    /// <returns>The exit code.</returns>
    internal int Run(Action? ready = null)
    {
        _log.Info($"Running {MonitorVersion.AppName} v{MonitorVersion.Own}");
        if (!WatchParent() || !ConfigureMetrics() || !ApplyConfigFile() || !Listen())
        {
            return _exitCode;
        }

        ready?.Invoke();
        _loop.Run();
        FlushMetrics();
        _log.Info($"{MonitorVersion.AppName} exiting. exit_code={_exitCode}");
        return _exitCode;
    }

    /// <summary>Ends <see cref="Run"/>, as if the guest had ended. Any thread.</summary>
    internal void Stop() => _loop.Post(() => End(ExitCodes.Ok));

    public void Dispose()
    {
        _server?.Dispose();
        _controller.Dispose();
        _serial.Dispose();
        _metrics.Dispose();
        _parent?.Dispose();
        _loop.Dispose();
    }

    private void End(int exitCode)
    {
        _exitCode = exitCode;
        _loop.Stop();
    }

    private void OnGuestEnd(MicrovmEnd end)
    {
        if (end.Reason == MicrovmEndReason.Error)
        {
            _log.Error($"The microVM ended: {end.Description}");
            End(ExitCodes.GenericError);
            return;
        }

        _log.Info($"The microVM ended: {end.Description}");
        End(ExitCodes.Ok);
    }

    // vCPUs and devices may wait for pages that will never come, the loop's thread among them: nothing here may wait
    // for them, and no page may be made up to get them out.
    private void OnMemoryLost(string reason)
    {
        string message = $"The microVM ended: {reason}";
        _log.Error(message);
        Console.Error.WriteLine($"Error: {message}");
        if (!_options.NoApi)
        {
            File.Delete(_options.ApiSocket);
        }

        _endNow(ExitCodes.GenericError);
    }

    private bool Fail(string message, int exitCode)
    {
        _log.Error(message);
        Console.Error.WriteLine($"Error: {message}");
        _exitCode = exitCode;
        return false;
    }

    private bool WatchParent()
    {
        if (_options.ParentDeath == ParentDeathSignal.None)
        {
            return true;
        }

        try
        {
            _parent = PidFd.OpenParent();
            _loop.Register(_parent, EpollEvents.Readable, _ => OnParentEnd());
            return true;
        }
        catch (LinuxException e)
        {
            return Fail($"The parent process cannot be watched: {e.Message}", ExitCodes.GenericError);
        }
    }

    // The kernel's own PR_SET_PDEATHSIG follows the parent's thread, not its process, and .NET's threads come and go.
    private void OnParentEnd()
    {
        if (_options.ParentDeath == ParentDeathSignal.Kill)
        {
            File.Delete(_options.ApiSocket);
            _ = ChildProcess.TryKill(Environment.ProcessId);
        }

        End(ExitCodes.GenericError);
    }

    private bool ConfigureMetrics()
    {
        if (_options.MetricsPath is null)
        {
            return true;
        }

        ControlResult result = _session.SetMetrics(new MetricsConfig { MetricsPath = _options.MetricsPath });
        return result.Fault is not { } fault || Fail(fault, ExitCodes.GenericError);
    }

    private bool ApplyConfigFile()
    {
        if (_options.ConfigFile is not { } path)
        {
            return true;
        }

        try
        {
            long length = new FileInfo(path).Length;
            if (length > ConfigFile.BytesMax)
            {
                return Fail(
                    $"{path} has {length} bytes, the bound is {ConfigFile.BytesMax}.", ExitCodes.BadConfiguration);
            }

            ControlResult result = ConfigFile.Apply(File.ReadAllBytes(path), _session);
            return result.Fault is not { } fault || Fail($"{path}: {fault}", ExitCodes.BadConfiguration);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ApiBodyException)
        {
            return Fail($"{path}: {e.Message}", ExitCodes.BadConfiguration);
        }
    }

    private bool Listen()
    {
        if (_options.NoApi)
        {
            return true;
        }

        try
        {
            ApiRouter router = new(_session, _log, _metrics);
            _server = new HttpServer(
                _loop, _options.ApiSocket, _options.PayloadBytesMax, request => Answer(router, request));
            _log.Info("API server started.");
            return true;
        }
        catch (LinuxException e)
        {
            string hint = e.Errno == Errno.EADDRINUSE
                ? " Is another monitor running, or was a socket left behind?"
                : "";
            return Fail(
                $"The API socket {_options.ApiSocket} cannot be opened: {e.Message}.{hint}", ExitCodes.GenericError);
        }
    }

    // A fatal fault is answered first, then the process ends.
    private HttpResponse Answer(ApiRouter router, HttpRequest request)
    {
        HttpResponse response = router.Handle(request);
        if (_session.HasFatalFault)
        {
            End(ExitCodes.GenericError);
        }

        return response;
    }

    private void FlushMetrics()
    {
        try
        {
            _metrics.Flush();
        }
        catch (IOException e)
        {
            _log.Warn($"Metrics cannot be written: {e.Message}");
        }
    }
}
