using System.Net.Sockets;
using Thaw.Protocol;

namespace Thaw.Pager.Control;

/// <summary>Answers requests on the control socket. Who can open the socket's file may ask for everything.</summary>
internal sealed class ControlServer : IDisposable
{
    private readonly PagerService _service;
    private readonly PagerLog _log;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SemaphoreSlim _room = new(PagerLimits.ControlConnectionsMax);
    private readonly string _path;

    /// <summary>Listens at <paramref name="path"/>; what a dead pager left there is removed.</summary>
    /// <exception cref="IOException">A living pager listens there, or the path cannot be used.</exception>
    internal ControlServer(PagerService service, string path, PagerLog log)
    {
        _service = service;
        _log = log;
        _path = path;
        try
        {
            RemoveLeftOver(path);
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            _listener.Listen(PagerLimits.ControlConnectionsMax);
        }
        catch (SocketException e)
        {
            throw new IOException($"The control socket {path} cannot be opened: {e.Message}", e);
        }
    }

    /// <summary>Serves until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
            Socket connection = await _listener.AcceptAsync(cancellationToken).ConfigureAwait(false);
            _ = ServeAsync(connection, cancellationToken);
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(_path);
    }

    private static void RemoveLeftOver(string path)
    {
        if (!File.Exists(path))
        {
            return;
        }
        using Socket probe = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
        }
        catch (SocketException)
        {
            File.Delete(path);
            return;
        }
        throw new IOException($"Another pager listens at {path}.");
    }

    private async Task ServeAsync(Socket connection, CancellationToken cancellationToken)
    {
        NetworkStream stream = new(connection, ownsSocket: true);
        await using (stream.ConfigureAwait(false))
        {
            try
            {
                while (await PagerFrames.ReadAsync(
                    stream, PagerControlJsonContext.Default.PagerRequest, cancellationToken).ConfigureAwait(false)
                    is { } request)
                {
                    PagerAnswer answer = await _service.HandleAsync(request, cancellationToken).ConfigureAwait(false);
                    await PagerFrames.WriteAsync(
                        stream, answer, PagerControlJsonContext.Default.PagerAnswer, cancellationToken)
                        .ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or PagerException or OperationCanceledException)
            {
                _log.Write($"A control connection ended: {e.Message}");
            }
            finally
            {
                _room.Release();
            }
        }
    }
}
