using System.Net.Sockets;
using System.Text;
using Thaw.Protocol;

namespace Thaw.Worker.Agents;

/// <summary>The control connection to a guest's agent. What comes over it was written by a guest: hostile.</summary>
internal sealed class AgentConnection : IAsyncDisposable
{
    private readonly NetworkStream _stream;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly TimeProvider _time;

    private AgentConnection(NetworkStream stream, TimeProvider time)
    {
        _stream = stream;
        _reader = new FrameReader(stream);
        _writer = new FrameWriter(stream);
        _time = time;
    }

    /// <summary>Connects to the agent through the monitor's vsock socket.</summary>
    /// <exception cref="WorkerException">Nobody listens there, or not in time.</exception>
    internal static async Task<AgentConnection> ConnectAsync(
        string vsockPath, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(timeout, time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                NetworkStream? stream = await TryConnectAsync(vsockPath, both.Token).ConfigureAwait(false);
                if (stream is not null)
                {
                    return new AgentConnection(stream, time);
                }
                if (attempt == WorkerLimits.ConnectAttemptsMax)
                {
                    throw Lost("The guest's agent refuses connections.");
                }
                // A guest that was just resumed may need a moment to see to its vsock device.
                await Task.Delay(TimeSpan.FromMilliseconds(1 << attempt), time, both.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException failure) when (!cancellationToken.IsCancellationRequested)
        {
            throw Lost($"The guest's agent could not be reached within {timeout.TotalSeconds:F1} s.", failure);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            throw Lost($"The guest's agent can't be reached: {failure.Message}", failure);
        }
    }

    /// <summary>Sends a request and waits for its answer, which is of type <typeparamref name="T"/>.</summary>
    /// <param name="request">The request.</param>
    /// <param name="body">What goes with it.</param>
    /// <param name="log">Where output goes that comes meanwhile; null to drop it.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Gives the request up; the connection is of no use then.</param>
    /// <returns>The answer with its body, or null where it did not come in time.</returns>
    /// <exception cref="WorkerException">The connection was lost, or the guest talks nonsense.</exception>
    internal async Task<(T Message, ReadOnlyMemory<byte> Body)?> AskAsync<T>(
        AgentMessage request, ReadOnlyMemory<byte> body, LogTail? log, TimeSpan timeout,
        CancellationToken cancellationToken)
        where T : AgentMessage
    {
        using CancellationTokenSource limit = new(timeout, _time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _writer.WriteAsync(request, body, both.Token).ConfigureAwait(false);
            while (true)
            {
                Frame frame = await _reader.ReadAsync(both.Token).ConfigureAwait(false)
                    ?? throw Lost($"The guest closed its connection during {request.Kind}.");
                switch (frame.Message)
                {
                    case T answer:
                        return (answer, frame.Body);
                    case LogOutput:
                        log?.Append(frame.Body.Span);
                        break;
                    case Failed failed:
                        throw new WorkerException(
                            WorkerFault.MicrovmLost,
                            $"The guest's agent gave up at {failed.Step}: {failed.Error.ErrorMessage}")
                        {
                            FunctionError = failed.Error,
                            IsTransient = true,
                        };
                    default:
                        throw Lost($"The guest sent {frame.Kind} where an answer to {request.Kind} was due.");
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (ProtocolException failure)
        {
            throw Lost($"The guest broke the protocol: {failure.Message}", failure);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            throw Lost($"The guest's connection broke during {request.Kind}.", failure);
        }
    }

    /// <summary>
    /// Reads what the guest sent while nobody asked: output, or that its function ended. Reads no more than is there.
    /// </summary>
    /// <returns>Whether the guest can still be asked something.</returns>
    internal async Task<bool> TryDrainAsync(LogTail log, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(timeout, _time);
        using CancellationTokenSource both =
            CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            // The socket turns readable as well when the other side closed it.
            while (_stream.Socket.Poll(0, SelectMode.SelectRead))
            {
                Frame? frame = await _reader.ReadAsync(both.Token).ConfigureAwait(false);
                if (frame?.Message is not LogOutput)
                {
                    return false;
                }
                log.Append(frame.Body.Span);
            }
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception failure) when (failure is ProtocolException or SocketException or IOException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _writer.Dispose();
        await _stream.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Connects once. Null where the monitor says that nobody listens in the guest.</summary>
    private static async Task<NetworkStream?> TryConnectAsync(string vsockPath, CancellationToken cancellationToken)
    {
        Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        NetworkStream stream;
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(vsockPath), cancellationToken).ConfigureAwait(false);
            stream = new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
        bool connected = false;
        try
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes($"CONNECT {ProtocolLimits.AgentPort}\n"), cancellationToken)
                .ConfigureAwait(false);
            connected = await ReadAnswerAsync(stream, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException)
        {
            // Reset instead of closed: the same refusal.
            return null;
        }
        finally
        {
            if (!connected)
            {
                await stream.DisposeAsync().ConfigureAwait(false);
            }
        }
        return connected ? stream : null;
    }

    /// <summary>Reads "OK port\n", byte by byte, for what comes after it already is the agent's.</summary>
    private static async Task<bool> ReadAnswerAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        byte[] one = new byte[1];
        StringBuilder line = new();
        while (line.Length < WorkerLimits.VsockAnswerLengthMax)
        {
            if (await stream.ReadAsync(one, cancellationToken).ConfigureAwait(false) == 0)
            {
                return false;
            }
            if (one[0] == '\n')
            {
                return line.ToString().StartsWith("OK ", StringComparison.Ordinal);
            }
            line.Append((char)one[0]);
        }
        throw Lost("The monitor's answer to CONNECT is too long.");
    }

    private static WorkerException Lost(string message, Exception? inner = null) =>
        new(WorkerFault.MicrovmLost, message, inner) { IsTransient = true };
}
