using System.Net.Sockets;
using System.Text;
using Thaw.Monitor.CommandLine;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.Tests.Process;

/// <summary>
/// A monitor that runs on a thread of its own, with its API socket and a pipe for the guest's console.
/// </summary>
internal sealed class RunningMonitor : IDisposable
{
    // Bounds on what takes milliseconds on an idle machine.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder;
    private readonly Thread _thread;
    private readonly MonitorLog _log;
    private readonly MonitorProcess _monitor;

    private RunningMonitor(string folder)
    {
        _folder = folder;
        _log = new MonitorLog("test", Stream.Null, TimeProvider.System);
        MonitorOptions options = new() { ApiSocket = In("api.sock") };
        _monitor = new MonitorProcess(options, _log, TimeProvider.System);
        using ManualResetEventSlim listening = new();
        _thread = new Thread(() => ExitCode = _monitor.Run(listening.Set)) { Name = "monitor" };
        _thread.Start();
        Assert.True(listening.Wait(s_patience), "The API socket did not appear.");
    }

    internal int ExitCode { get; private set; } = -1;

    /// <summary>Starts one whose files are in <paramref name="folder"/>.</summary>
    internal static RunningMonitor Start(string folder)
    {
        Directory.CreateDirectory(folder);
        RunningMonitor monitor = new(folder);
        System.Diagnostics.Process.Start("mkfifo", [monitor.In("console")]).WaitForExit();
        monitor.Call("PUT", "/serial", $$"""{"serial_out_path":"{{monitor.In("console")}}"}""");
        return monitor;
    }

    internal string In(string name) => Path.Combine(_folder, name);

    /// <summary>Sends a request that must succeed; its body.</summary>
    internal string Call(string method, string path, string body = "")
    {
        (int status, string answer) = TryCall(method, path, body);
        Assert.True(status is 200 or 204, $"{method} {path}: {answer}");
        return answer;
    }

    /// <summary>Sends a request; status and body.</summary>
    internal (int Status, string Body) TryCall(string method, string path, string body = "")
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        socket.Connect(new UnixDomainSocketEndPoint(In("api.sock")));
        byte[] content = Encoding.UTF8.GetBytes(body);
        string head = $"{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {content.Length}\r\n\r\n";
        socket.Send([.. Encoding.ASCII.GetBytes(head), .. content]);
        using NetworkStream stream = new(socket);
        using StreamReader reader = new(stream);
        string answer = reader.ReadToEnd();
        int status = int.Parse(answer.AsSpan("HTTP/1.1 ".Length, 3), System.Globalization.CultureInfo.InvariantCulture);
        return (status, answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..]);
    }

    /// <summary>Waits for the next letters of the guest's console.</summary>
    internal async Task<string> ReadConsoleAsync(int count)
    {
        // Opened for both directions, so that opening does not wait for the other side.
        FileStream console = new(
            In("console"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        await using (console.ConfigureAwait(true))
        {
            byte[] letters = new byte[count];
            await Task.Run(() => console.ReadExactly(letters)).WaitAsync(s_patience);
            return Encoding.ASCII.GetString(letters);
        }
    }

    /// <summary>Waits until the process would have ended by itself.</summary>
    internal void WaitForExit() => Assert.True(_thread.Join(s_patience), "The monitor did not end.");

    public void Dispose()
    {
        if (_thread.IsAlive)
        {
            _monitor.Stop();
        }

        WaitForExit();
        _monitor.Dispose();
        _log.Dispose();
    }
}
