using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;
using Thaw.Worker.Monitors;

namespace Thaw.Worker.Tests.Fakes;

/// <summary>A monitor without a process: its API, its vsock and the agent behind it are real sockets here.</summary>
internal sealed class FakeMonitor : IMonitor
{
    private readonly FakeWorld _world;
    private readonly Socket _api;
    private readonly TaskCompletionSource<int> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentBag<Socket> _sockets = [];
    private readonly CancellationTokenSource _ended = new();

    public FakeMonitor(FakeWorld world, string id, MicrovmPaths paths)
    {
        _world = world;
        Id = id;
        Paths = paths;
        _api = Listen(paths.ApiSocket);
        Client = new MonitorClient(paths.ApiSocket, TimeSpan.FromSeconds(30), world.Time);
        _ = ServeAsync(_api, ServeApiAsync);
    }

    public string Id { get; }

    public MicrovmPaths Paths { get; }

    public MonitorClient Client { get; }

    public Task<int> Exited => _exited.Task;

    public ConsoleTail Console { get; } = new();

    /// <summary>What the API was asked: "PUT /vsock" and its body.</summary>
    public ConcurrentQueue<(string Request, JsonElement Body)> Requests { get; } = new();

    /// <summary>What the agent was asked.</summary>
    public ConcurrentQueue<AgentMessage> Messages { get; } = new();

    public bool WasLoaded => LoadedFrom is not null;

    /// <summary>Whether a runtime was started in it that did not know its function.</summary>
    public bool IsRuntime => Messages.Any(message => message is Prepare);

    /// <summary>The memory file that it was loaded from.</summary>
    public string? LoadedFrom { get; private set; }

    /// <summary>Whether it is a clone of a function's snapshot, not of one that functions are published from.</summary>
    public bool IsClone => LoadedFrom?.Contains("/snapshots/", StringComparison.Ordinal) == true;

    public ProcessUsage? ReadUsage() => new(TimeSpan.FromMilliseconds(10 * Messages.Count), 4096);

    public Task KillAsync()
    {
        Die(137);
        return Task.CompletedTask;
    }

    /// <summary>Ends as a process does: every connection breaks.</summary>
    public void Die(int exitCode)
    {
        if (_exited.TrySetResult(exitCode))
        {
            _ended.Cancel();
            foreach (Socket socket in _sockets)
            {
                socket.Dispose();
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        Die(137);
        Client.Dispose();
        if (Directory.Exists(Paths.Directory))
        {
            Directory.Delete(Paths.Directory, recursive: true);
        }
        return ValueTask.CompletedTask;
    }

    private Socket Listen(string path)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _sockets.Add(socket);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(8);
        return socket;
    }

    private async Task ServeAsync(Socket listener, Func<NetworkStream, Task> serve)
    {
        while (!_ended.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_ended.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException
                or ObjectDisposedException)
            {
                return;
            }
            _sockets.Add(socket);
            _ = ServeOneAsync(socket, serve);
        }
    }

    private static async Task ServeOneAsync(Socket socket, Func<NetworkStream, Task> serve)
    {
        try
        {
            await using NetworkStream stream = new(socket, ownsSocket: true);
            await serve(stream);
        }
        catch (Exception failure) when (failure is IOException or SocketException or ObjectDisposedException
            or OperationCanceledException)
        {
            return;
        }
    }

    private async Task ServeApiAsync(NetworkStream stream)
    {
        while (await ReadHeadAsync(stream) is { } head)
        {
            int length = head.Split("\r\n")
                .Where(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                .Select(line => int.Parse(line.AsSpan(15))).SingleOrDefault();
            byte[] body = new byte[length];
            await stream.ReadExactlyAsync(body);
            string[] words = head.Split(' ');
            JsonElement json = JsonDocument.Parse(body).RootElement;
            Requests.Enqueue(($"{words[0]} {words[1]}", json));
            (int status, string text) = await AnswerAsync($"{words[0]} {words[1]}", json);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(
                $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n"
                + (status == 204 ? "\r\n" : $"Content-Length: {Encoding.UTF8.GetByteCount(text)}\r\n\r\n{text}")));
            if (status == 204 && words[1] == "/actions")
            {
                _ = BootAsync();
            }
        }
    }

    private static async Task<string?> ReadHeadAsync(NetworkStream stream)
    {
        StringBuilder head = new();
        byte[] one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(one) == 0)
            {
                return null;
            }
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    private async Task<(int Status, string Text)> AnswerAsync(string request, JsonElement body)
    {
        if (_world.OnApi(this, request, body) is { } scripted)
        {
            return scripted;
        }
        switch (request)
        {
            case "PUT /snapshot/create":
                await File.WriteAllTextAsync(body.GetProperty("snapshot_path").GetString()!, "state of " + Id);
                await File.WriteAllBytesAsync(
                    body.GetProperty("mem_file_path").GetString()!, _world.MemoryOf(this));
                break;
            case "PUT /snapshot/load":
                LoadedFrom = body.GetProperty("mem_backend").GetProperty("backend_path").GetString();
                _ = ServeAsync(
                    Listen(body.GetProperty("vsock_override").GetProperty("uds_path").GetString()!), ServeVsockAsync);
                break;
        }
        return (204, "");
    }

    private async Task BootAsync()
    {
        _ = ServeAsync(Listen(Paths.Vsock), ServeVsockAsync);
        if (await _world.OnBoot(this))
        {
            using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Paths.HelloSocket));
            await using NetworkStream stream = new(socket);
            await _world.OnHello(stream);
        }
    }

    private async Task ServeVsockAsync(NetworkStream stream)
    {
        byte[] connect = new byte["CONNECT 5000\n".Length];
        await stream.ReadExactlyAsync(connect);
        Assert.Equal("CONNECT 5000\n", Encoding.ASCII.GetString(connect));
        await stream.WriteAsync("OK 1073741824\n"u8.ToArray());
        FrameReader reader = new(stream);
        using FrameWriter writer = new(stream);
        while (await reader.ReadAsync() is { } frame)
        {
            Messages.Enqueue(frame.Message);
            if (!await _world.OnFrame(new FakeExchange(this, frame, writer, stream)))
            {
                await AnswerAsync(frame, writer);
            }
        }
    }

    private static async Task AnswerAsync(Frame frame, FrameWriter writer)
    {
        AgentMessage? answer = frame.Message switch
        {
            Prepare => new Prepared { Ok = true, DurationMs = 1 },
            Configure => new InitDone { Ok = true, DurationMs = 1 },
            Quiesce => new Quiesced(),
            Restore restore => new Restored { CloneId = restore.CloneId, Ok = true },
            Locate => new Located(),
            Invoke invoke => new InvokeDone
            {
                RequestId = invoke.RequestId,
                Ok = true,
                Reusable = true,
                DurationMs = 1,
                MaxMemoryUsedBytes = 33 * 1024 * 1024,
            },
            _ => null,
        };
        if (answer is not null)
        {
            await writer.WriteAsync(answer, frame.Message switch
            {
                Invoke => frame.Body,
                Locate => new MappedMemory([], []).Encode(),
                _ => default,
            });
        }
    }
}
