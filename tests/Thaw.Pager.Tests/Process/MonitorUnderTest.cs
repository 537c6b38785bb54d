using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Thaw.Pager.Tests.Fixtures;

namespace Thaw.Pager.Tests.Process;

/// <summary>A thaw-vmm process, its API and the console of its guest.</summary>
internal sealed class MonitorUnderTest : IDisposable
{
    private readonly string _folder;

    private MonitorUnderTest(string folder, TestProcess process)
    {
        _folder = folder;
        Process = process;
    }

    internal TestProcess Process { get; }

    internal string Socket => Path.Combine(_folder, "api.sock");

    internal static async Task<MonitorUnderTest> StartAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        MonitorUnderTest monitor = new(
            folder, TestProcess.Start("thaw-vmm", "--api-sock", Path.Combine(folder, "api.sock"), "--id", "test"));
        await monitor.Process.WaitForSocketAsync(monitor.Socket);
        await monitor.CallAsync(
            "PUT", "/serial", $$"""{"serial_out_path":"{{Path.Combine(folder, "console")}}"}""");
        return monitor;
    }

    /// <summary>Sends a request that must succeed.</summary>
    internal async Task CallAsync(string method, string path, string body)
    {
        (int status, string answer) = await TryCallAsync(method, path, body);
        Assert.True(status is 200 or 204, $"{method} {path}: {status} {answer}; {Process.Output}");
    }

    internal async Task<(int Status, string Body)> TryCallAsync(string method, string path, string body)
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), limit.Token);
        byte[] content = Encoding.UTF8.GetBytes(body);
        string head = $"{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {content.Length}\r\n\r\n";
        byte[] request = [.. Encoding.ASCII.GetBytes(head), .. content];
        await socket.SendAsync(request, limit.Token);
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync(limit.Token);
        return answer.Length == 0
            ? (0, "")
            : (int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), CultureInfo.InvariantCulture), answer);
    }

    /// <summary>Restores a snapshot from a page-fault handler and lets it run.</summary>
    internal Task LoadAsync(string state, string backend, string socket) => CallAsync(
        "PUT",
        "/snapshot/load",
        $$"""
        {"snapshot_path":"{{state}}","resume_vm":true,
         "mem_backend":{"backend_type":"{{backend}}","backend_path":"{{socket}}"}
        }
        """);

    /// <summary>Waits until the guest wrote so many letters.</summary>
    internal async Task WaitForConsoleAsync(int count)
    {
        using CancellationTokenSource limit = new(RunningPager.Patience);
        FileInfo console = new(Path.Combine(_folder, "console"));
        while (!console.Exists || console.Length < count)
        {
            Assert.False(limit.IsCancellationRequested, $"The guest wrote nothing: {Process.Output}");
            await Task.Yield();
            console.Refresh();
        }
    }

    public void Dispose() => Process.Dispose();
}
