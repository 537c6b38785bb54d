using System.Globalization;
using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Harness;

/// <summary><c>thaw serve</c> on the host: one at a time, started, stopped and killed by tests.</summary>
internal sealed class ThawService(TestHost host) : IDisposable
{
    private const string RestoreTimeout = "--restore-timeout";
    private static readonly TimeSpan s_readyMax = TimeSpan.FromSeconds(90);
    private readonly HttpClient _http = new() { BaseAddress = host.Endpoint, Timeout = TimeSpan.FromMinutes(6) };
    private ServiceSettings? _running;
    private string _dataFolder = "";

    /// <summary>Its API.</summary>
    public HttpClient Http => _http;

    /// <summary>Where it keeps its data, on the host.</summary>
    public string DataFolder => _dataFolder;

    private string PidFile => $"{host.State}/serve.pid";

    private string LogFile => $"{host.State}/serve.log";

    /// <summary>Has a service with these settings run; data that is there stays.</summary>
    public async Task EnsureAsync(ServiceSettings settings)
    {
        if (_running == settings)
        {
            return;
        }

        await StopAsync();
        _dataFolder = $"{host.State}/{settings.Data}";
        string options = string.Join(' ', OptionsFor(settings));
        // A mount namespace of its own lets the service, and none else, see a host without KVM.
        (string inside, string hide) = settings.WithKvm
            ? ("", "") : ("unshare -m ", TestHost.HideKvm);
        await host.RunAsync(
            $"""
            mkdir -p {_dataFolder}
            cat > {host.State}/serve.sh <<'END'
            # All at once: who looks at it meanwhile takes an empty one for a service that ended.
            echo $$ > {PidFile}.new && mv {PidFile}.new {PidFile}
            {hide}
            exec {host.Programs}/thaw serve --data {_dataFolder} --images {settings.Images ?? host.Images} \
              --vmm {host.Programs}/thaw-vmm {options} {settings.Options} > {LogFile} 2>&1
            END
            rm -f {LogFile}
            {inside}setsid sh {host.State}/serve.sh > /dev/null 2>&1 < /dev/null &
            """);
        await Poll.UntilAsync($"thaw serve answers. Its log: {LogFile}", AnswersAsync, s_readyMax);
        _running = settings;
    }

    /// <summary>Ends the service as a user would, and waits until it is gone.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>Ends the service with SIGKILL, and waits until it is gone.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>GET of something that is JSON.</summary>
    public async Task<JsonObject> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _http.GetAsync(new Uri(path, UriKind.Relative));
        return (await JsonNode.ParseAsync(await answer.Content.ReadAsStreamAsync()))!.AsObject();
    }

    /// <summary>The worker's status.</summary>
    public async Task<JsonObject> WorkerAsync() => (await GetAsync("/thaw/v1/info"))["worker"]!.AsObject();

    /// <summary>Waits until no microVM is at work: those that idle may stay.</summary>
    public Task UntilAtRestAsync() => Poll.UntilAsync("no microVM is at work", async () =>
    {
        JsonObject worker = await WorkerAsync();
        return worker["microvms"]!.GetValue<int>() == worker["idle"]!.GetValue<int>();
    });

    /// <summary>The process ids of all monitors on the host.</summary>
    public async Task<int[]> MonitorsAsync()
    {
        (_, string ids, _) = await host.TryRunAsync("pidof thaw-vmm");
        return [.. ids.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
    }

    /// <summary>The end of its log.</summary>
    public Task<string> LogTailAsync() => host.RunAsync($"tail -n 40 {LogFile} 2>/dev/null || true");

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private IEnumerable<string> OptionsFor(ServiceSettings settings)
    {
        if (settings.RestoreSeconds is not { } seconds)
        {
            return host.ServeOptions;
        }

        int at = host.ServeOptions.ToList().IndexOf(RestoreTimeout);
        IEnumerable<string> others = at < 0
            ? host.ServeOptions : [.. host.ServeOptions.Take(at), .. host.ServeOptions.Skip(at + 2)];
        return [.. others, RestoreTimeout, $"{seconds}"];
    }

    private async Task EndAsync(string signal)
    {
        await host.RunAsync(
            $"""
            pid=$(cat {PidFile} 2>/dev/null) || exit 0
            rm -f {PidFile}
            tr '\0' ' ' < /proc/$pid/cmdline 2>/dev/null | grep -q 'thaw serve' || exit 0
            kill -{signal} $pid
            i=0
            while kill -0 $pid 2>/dev/null; do
              i=$((i+1)); [ $i -lt 300 ] || exit 9
              sleep 0.1
            done
            """);
        _running = null;
    }

    private async Task<bool> AnswersAsync()
    {
        // Another service may have the port, and would answer in this one's place.
        (int code, _, _) = await host.TryRunAsync(
            $"[ -e {PidFile} ] || exit 1; kill -0 $(cat {PidFile}) || exit 2; "
            // Where there is no log yet, grep would end with 2 as well.
            + $"grep -q 'Thaw listens on' {LogFile} || exit 1");
        Assert.True(code != 2, $"thaw serve ended by itself:\n{await LogTailAsync()}");
        if (code != 0)
        {
            return false;
        }

        try
        {
            using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            // Whether something impedes it is for the test to look at.
            using HttpResponseMessage answer = await _http.GetAsync(
                new Uri("/thaw/v1/health", UriKind.Relative), bound.Token);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
