using System.Net.Sockets;
using Thaw.Dev.Lab;
using Thaw.Images;

namespace Thaw.Dev.Hosts;

/// <summary>Runs <c>thaw serve</c> in the background, natively or in the emulated host: one script for both.</summary>
internal static class ServiceHost
{
    private const int NativePort = 7777;
    private const int StopMaxSeconds = 20;
    private static readonly TimeSpan s_readyMax = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(200);

    /// <summary>Says how the service runs on a host, bringing that host up if need be.</summary>
    /// <param name="choice">The host.</param>
    /// <param name="set">The guest images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="settings">What the service is told beside what the host needs.</param>
    public static async Task<RunningService> PrepareAsync(
        HostChoice choice, ImageSet set, CancellationToken cancellationToken, ServeSettings? settings = null)
    {
        settings ??= ServeSettings.None;
        if (choice.Kind == HostKind.Kvm)
        {
            string state = Path.Combine(Workspace.State, "service");
            Directory.CreateDirectory(state);
            return Describe(
                choice.Name, ["/bin/sh", "-c"], Workspace.Programs, set.Directory, state,
                $"http://127.0.0.1:{NativePort}", ["--listen", $"http://127.0.0.1:{NativePort}"], settings);
        }

        LabState lab = await LabHost.UpAsync(set, cancellationToken);
        // The kernel's defences against other tenants of the processor cost half the speed under emulation; and what
        // takes a second on a quiet machine takes ten on a busy one.
        return Describe(
            choice.Name, lab.Exec, "/opt/thaw/bin", "/opt/thaw/images", "/var/lib/thaw", lab.Endpoint,
            [
                "--listen", $"http://0.0.0.0:{NativePort}", "--boot-args", "mitigations=off",
                "--boot-timeout", "180", "--restore-timeout", "60",
            ],
            settings);
    }

    /// <summary>The same service, told more than it is told on every host of its kind.</summary>
    public static RunningService With(RunningService service, params string[] options) => Describe(
        service.Host, service.Exec, service.Programs, service.Images, Path.GetDirectoryName(service.Data)!,
        service.Endpoint, [.. service.ServeOptions, .. options], ServeSettings.None);

    /// <summary>Starts the service and waits until it can do its work.</summary>
    /// <param name="service">As prepared.</param>
    /// <param name="fresh">Whether to begin with no data.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static Task StartAsync(RunningService service, bool fresh, CancellationToken cancellationToken) =>
        StepLog.RunAsync($"Starting thaw serve ({service.Host})", async _ =>
        {
            await StopAsync(service, cancellationToken);
            string wipe = fresh ? $"rm -rf '{service.Data}'; " : "";
            await RunOnHostAsync(service, wipe + service.StartCommand, cancellationToken);
            await WaitReadyAsync(service, cancellationToken);
        });

    /// <summary>Stops the service that was started like this, and waits until it is gone.</summary>
    public static Task StopAsync(RunningService service, CancellationToken cancellationToken) =>
        RunOnHostAsync(service, StopScript(service), cancellationToken);

    /// <summary>Whether it answers and nothing impedes it.</summary>
    public static async Task<bool> IsReadyAsync(RunningService service, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        return await AskAsync(http, service, cancellationToken) == "";
    }

    private static RunningService Describe(
        string host,
        IReadOnlyList<string> exec,
        string programs,
        string images,
        string state,
        string endpoint,
        string[] hostOptions,
        ServeSettings settings)
    {
        string[] serveOptions = [.. hostOptions, .. settings.Options];
        string environment = settings.Environment.Count == 0
            ? ""
            : $"env {string.Concat(settings.Environment.Select(pair => $"{pair.Key}={pair.Value} "))}";
        string data = $"{state}/data";
        string log = $"{state}/serve.log";
        string pid = $"{state}/serve.pid";
        string serve =
            $"\"$2/thaw\" serve --data \"$3\" --images \"$4\" --vmm \"$2/thaw-vmm\" {string.Join(' ', serveOptions)}";
        return new RunningService
        {
            Host = host,
            Endpoint = endpoint,
            Data = data,
            Log = log,
            PidFile = pid,
            Exec = exec,
            Programs = programs,
            Images = images,
            ServeOptions = serveOptions,
            // A session of its own, so that it outlives this terminal; the shell becomes the service, so the id is its.
            StartCommand =
                $"mkdir -p '{data}' && setsid sh -c 'echo $$ > \"$0\"; exec {environment}{serve} " +
                $"> \"$1\" 2>&1 < /dev/null' '{pid}' '{log}' '{programs}' '{data}' '{images}' " +
                "> /dev/null 2>&1 < /dev/null &",
        };
    }

    private static string StopScript(RunningService service) =>
        $$"""
        pid=$(cat '{{service.PidFile}}' 2>/dev/null) || exit 0
        rm -f '{{service.PidFile}}'
        tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -q 'thaw serve' || exit 0
        kill "$pid"
        for i in $(seq {{StopMaxSeconds * 5}}); do kill -0 "$pid" 2>/dev/null || exit 0; sleep 0.2; done
        kill -9 "$pid"
        """;

    private static async Task WaitReadyAsync(RunningService service, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(s_readyMax);
        string impediment = "it does not answer";
        try
        {
            while (true)
            {
                impediment = await AskAsync(http, service, bound.Token);
                if (impediment.Length == 0)
                {
                    return;
                }

                await Task.Delay(s_poll, bound.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string log = await LogTailAsync(service, cancellationToken);
            throw new DevException(
                $"thaw serve is not ready after {s_readyMax.TotalSeconds:0} s: {impediment}. Its log ends:\n{log}");
        }
    }

    /// <summary>The last lines of the service's log.</summary>
    public static Task<string> LogTailAsync(RunningService service, CancellationToken cancellationToken) =>
        RunOnHostAsync(service, $"tail -n 30 '{service.Log}' 2>/dev/null || true", cancellationToken);

    private static async Task<string> AskAsync(
        HttpClient http, RunningService service, CancellationToken cancellationToken)
    {
        try
        {
            using HttpResponseMessage answer = await http.GetAsync(
                new Uri($"{service.Endpoint}/thaw/v1/health"), cancellationToken);
            return answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync(cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return "it takes longer than 5 s to answer";
        }
    }

    /// <summary>Runs a shell script on the service's host.</summary>
    /// <returns>What it printed.</returns>
    public static Task<string> RunOnHostAsync(
        RunningService service, string script, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(service.Exec[0], [.. service.Exec.Skip(1), script], null, cancellationToken);
}
