using Thaw.GuestAgent.Functions;
using Thaw.Linux;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>
/// Serves the Runtime API on a fixed number of threads that are there before a snapshot is taken, so that a clone
/// starts none. Each serves one connection at a time; further connections wait in the backlog.
/// </summary>
/// <param name="listener">The listening socket; stays its caller's.</param>
/// <param name="session">The function's session.</param>
internal sealed class RuntimeApiServer(BlockingSocket listener, FunctionSession session)
{
    private readonly RuntimeApiRouter _router = new(session);
    private volatile bool _stopping;

    /// <summary>Starts the threads.</summary>
    /// <param name="start">Starts a thread that runs for ever.</param>
    internal void Start(Action<string, Action> start)
    {
        for (int index = 0; index < AgentLimits.RuntimeApiConnectionsMax; index++)
        {
            start($"runtime-api-{index}", AcceptLoop);
        }
    }

    /// <summary>Takes no more connections; the session must end for the threads to do so.</summary>
    internal void Stop()
    {
        _stopping = true;
        listener.Shutdown();
    }

    /// <summary>Serves one connection until it ends.</summary>
    internal void Serve(Stream stream)
    {
        HttpRequestReader reader = new(stream);
        try
        {
            while (reader.Read(RuntimeApiRouter.BodyLimitBytes) is { } request)
            {
                ApiAnswer answer = _router.Answer(request);
                if (answer.Status == 0)
                {
                    return;
                }
                HttpResponseWriter.Write(stream, answer, session.FunctionArn, request.KeepAlive);
                if (!request.KeepAlive)
                {
                    return;
                }
            }
        }
        catch (BadRequestException error)
        {
            ApiAnswer answer = new()
            {
                Status = error.Status,
                ErrorType = error.Status == 413 ? "RequestEntityTooLarge" : "InvalidRequest",
                ErrorMessage = error.Message,
            };
            HttpResponseWriter.Write(stream, answer, session.FunctionArn, keepAlive: false);
        }
    }

    private void AcceptLoop()
    {
        while (!_stopping)
        {
            Errno errno = listener.TryAccept(out BlockingSocket? connection);
            if (connection is null)
            {
                if (_stopping || errno is Errno.EINTR or Errno.ECONNABORTED)
                {
                    continue;
                }
                throw new LinuxException(errno, "accept for the Runtime API");
            }
            connection.SendAtOnce();
            using SocketStream stream = new(connection);
            try
            {
                Serve(stream);
            }
            catch (IOException)
            {
                // The function closed its end; it is the function's to come back.
                continue;
            }
        }
    }
}
