using System.Globalization;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;
using Thaw.Protocol;

namespace Thaw.EndToEnd.Tests.Monitors;

/// <summary>A <c>thaw-vmm</c> on the host, driven by its API as a user of Firecracker's would.</summary>
internal sealed class LinuxMonitor(TestHost host, string id)
{
    private const string Status = "status:";

    /// <summary>Where its files are, on the host.</summary>
    public string Folder { get; } = $"{host.State}/m/{id}";

    /// <summary>The host's end of its vsock device.</summary>
    public string Vsock => $"{Folder}/v.sock";

    private string Api => $"{Folder}/api.sock";

    /// <summary>Starts it, and waits until its API answers.</summary>
    public async Task StartAsync()
    {
        await host.RunAsync(
            $"""
            rm -rf {Folder}; mkdir -p {Folder}
            setsid sh -c 'echo $$ > {Folder}/pid; exec {host.Programs}/thaw-vmm --id {id} --api-sock {Api} \
              > {Folder}/console.log 2>&1 < /dev/null' > /dev/null 2>&1 < /dev/null &
            """);
        await Poll.UntilAsync(
            $"monitor {id} listens", async () => (await host.TryRunAsync($"test -S {Api}")).Code == 0);
    }

    /// <summary>A request that has to succeed.</summary>
    public async Task PutAsync(string path, JsonObject body) => await AcceptedAsync("PUT", path, body);

    /// <summary>Pauses or resumes the vCPUs.</summary>
    public async Task SetStateAsync(string state) =>
        await AcceptedAsync("PATCH", "/vm", new JsonObject { ["state"] = state });

    /// <summary>Writes a snapshot into a folder, and leaves the vCPUs paused.</summary>
    public async Task SnapshotAsync(string folder, string kind)
    {
        await host.RunAsync($"mkdir -p {folder}");
        await SetStateAsync("Paused");
        await PutAsync("/snapshot/create", new JsonObject
        {
            ["snapshot_type"] = kind,
            ["snapshot_path"] = $"{folder}/state",
            ["mem_file_path"] = $"{folder}/memory",
        });
    }

    /// <summary>Any request.</summary>
    /// <returns>The status and the answer, empty where there is none.</returns>
    public async Task<(int Status, JsonObject Answer)> RequestAsync(string verb, string path, JsonObject? body)
    {
        string data = body is null ? "" : "-H 'Content-Type: application/json' --data-binary @-";
        string said = await host.RunAsync(
            $$"""
            curl -sS -X {{verb}} --unix-socket {{Api}} {{data}} -w '\n{{Status}}%{http_code}' \
              http://localhost{{path}} <<'END'
            {{body?.ToJsonString()}}
            END
            """);
        int at = said.LastIndexOf(Status, StringComparison.Ordinal);
        string answer = said[..at].Trim();
        return (
            int.Parse(said[(at + Status.Length)..], CultureInfo.InvariantCulture),
            answer.Length == 0 ? [] : JsonNode.Parse(answer)!.AsObject());
    }

    /// <summary>Waits for the agent's hello of a microVM that boots: call before it starts.</summary>
    public AgentChannel ListenForHello() =>
        new(host.Start($"exec socat -u UNIX-LISTEN:{Vsock}_{ProtocolLimits.HelloPort} -"));

    /// <summary>Connects to the guest's agent.</summary>
    public Task<AgentChannel> ConnectAsync() =>
        AgentChannel.ConnectAsync(host.Start($"exec socat -t 60 - UNIX-CONNECT:{Vsock}"));

    /// <summary>The end of what the guest and the monitor said.</summary>
    public Task<string> ConsoleTailAsync() => host.RunAsync($"tail -n 25 {Folder}/console.log");

    /// <summary>Waits until it has ended by itself.</summary>
    public Task UntilEndedAsync() => Poll.UntilAsync(
        $"monitor {id} has ended",
        async () => (await host.TryRunAsync($"kill -0 $(cat {Folder}/pid)")).Code != 0);

    /// <summary>Ends it.</summary>
    public Task EndAsync() => host.RunAsync($"kill -KILL $(cat {Folder}/pid) 2>/dev/null || true");

    private async Task AcceptedAsync(string verb, string path, JsonObject body)
    {
        (int status, JsonObject answer) = await RequestAsync(verb, path, body);
        Assert.True(status == 204, $"{verb} {path}: {status} {answer.ToJsonString()}\n{await ConsoleTailAsync()}");
    }
}
