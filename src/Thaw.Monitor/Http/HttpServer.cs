using Thaw.Linux;
using Thaw.Monitor.Api;

namespace Thaw.Monitor.Http;

/// <summary>The API socket: accepts a bounded number of clients on the event loop.</summary>
internal sealed class HttpServer : IDisposable
{
    private readonly EventLoop _loop;
    private readonly UnixSocket _listener;
    private readonly string _path;
    private readonly int _bodyBytesMax;
    private readonly Func<HttpRequest, HttpResponse> _handler;
    private readonly HashSet<HttpConnection> _connections = [];
    private readonly EventLoop.Registration _registration;

    /// <summary>Listens on <paramref name="path"/>, which must not exist.</summary>
    /// <exception cref="LinuxException">The path is taken or not writable.</exception>
    internal HttpServer(EventLoop loop, string path, int bodyBytesMax, Func<HttpRequest, HttpResponse> handler)
    {
        _loop = loop;
        _path = path;
        _bodyBytesMax = bodyBytesMax;
        _handler = handler;
        _listener = ListenAt(path);
        _registration = loop.Register(_listener, EpollEvents.Readable, _ => Accept());
    }

    /// <summary>Closes all connections and removes the socket's file.</summary>
    public void Dispose()
    {
        _registration.Dispose();
        foreach (HttpConnection connection in _connections.ToArray())
        {
            connection.Dispose();
        }

        _listener.Dispose();
        File.Delete(_path);
    }

    // Clients wait for the file to appear and then connect: it must listen by then, so that it gets its name last.
    private static UnixSocket ListenAt(string path)
    {
        string unnamed = path + ".new";
        File.Delete(unnamed);
        UnixSocket listener = UnixSocket.Listen(unnamed, backlog: HttpLimits.ConnectionCountMax);
        try
        {
            File.Move(unnamed, path, overwrite: false);
            return listener;
        }
        catch (IOException) when (File.Exists(path))
        {
            listener.Dispose();
            File.Delete(unnamed);
            throw new LinuxException(Errno.EADDRINUSE, $"bind {path}");
        }
    }

    private void Accept()
    {
        if (_listener.TryAccept(out UnixSocket? socket) != Errno.OK || socket is null)
        {
            return;
        }

        if (_connections.Count == HttpLimits.ConnectionCountMax)
        {
            byte[] answer = ApiErrors.TooManyConnections().Encode(keepAlive: false);
            _ = socket.TrySend(answer, out _);
            socket.Dispose();
            return;
        }

        _connections.Add(new HttpConnection(_loop, socket, _bodyBytesMax, _handler, c => _connections.Remove(c)));
    }
}
