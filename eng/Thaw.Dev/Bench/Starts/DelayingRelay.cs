using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Thaw.Dev.Bench.Starts;

/// <summary>
/// Stands in front of a server on this machine and makes it as far away as is asked for: what a client sends is held
/// back for a while, each connection for itself. A request that fits one segment, such as a read from a bucket, is
/// thus delayed once.
/// </summary>
internal sealed class DelayingRelay : IAsyncDisposable
{
    private const int BufferBytes = 64 * 1024;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<Task, bool> _running = new();
    private readonly Task _accepting;
    private long _delayTicks;

    private DelayingRelay(int target)
    {
        _target = target;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How long requests are held back; may change at any time.</summary>
    public TimeSpan Delay
    {
        get => new(Interlocked.Read(ref _delayTicks));
        set => Interlocked.Exchange(ref _delayTicks, value.Ticks);
    }

    /// <summary>Starts to listen.</summary>
    /// <param name="target">The server's port on 127.0.0.1.</param>
    public static DelayingRelay Start(int target) => new(target);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await Task.WhenAll([_accepting, .. _running.Keys]);
        _end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_end.Token);
                Task relay = RelayAsync(client);
                _running[relay] = true;
                _ = relay.ContinueWith(done => _running.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was disposed of.
            return;
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using Socket server = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target, _end.Token);
                await Task.WhenAll(CopyAsync(client, server, isDelayed: true), CopyAsync(server, client, false));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException)
            {
                // One side is gone; closing both tells the other.
                return;
            }
        }
    }

    private async Task CopyAsync(Socket from, Socket to, bool isDelayed)
    {
        byte[] buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReceiveAsync(buffer, _end.Token)) > 0)
        {
            if (isDelayed && Delay is { Ticks: > 0 } delay)
            {
                await Task.Delay(delay, _end.Token);
            }

            for (int sent = 0; sent < read;)
            {
                sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _end.Token);
            }
        }

        to.Shutdown(SocketShutdown.Send);
    }
}
