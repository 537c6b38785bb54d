using System.Net.Sockets;
using Thaw.Protocol;

namespace Thaw.Worker.Agents;

/// <summary>Waits for the agent of a microVM that boots to say that it is up.</summary>
internal sealed class HelloListener : IDisposable
{
    /// <summary>Anybody in the guest can connect; only so many are heard.</summary>
    private const int ConnectionsMax = 8;

    private readonly Socket _socket;
    private readonly string _path;

    /// <summary>Listens from now on.</summary>
    internal HelloListener(string path)
    {
        _path = path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        _socket.Listen(ConnectionsMax);
    }

    /// <summary>Waits for the hello.</summary>
    /// <exception cref="WorkerException">What came is not a hello, or one of another protocol.</exception>
    internal async Task<Hello> AcceptAsync(CancellationToken cancellationToken)
    {
        using Socket accepted = await _socket.AcceptAsync(cancellationToken).ConfigureAwait(false);
        await using NetworkStream stream = new(accepted);
        try
        {
            Frame? frame = await new FrameReader(stream).ReadAsync(cancellationToken).ConfigureAwait(false);
            return frame?.Message switch
            {
                Hello { ProtocolVersion: ProtocolLimits.Version } hello => hello,
                Hello hello => throw Refuse(
                    $"The guest's agent speaks protocol version {hello.ProtocolVersion}, this worker "
                    + $"{ProtocolLimits.Version}. Build the images anew with: thaw image build"),
                Failed failed => throw new WorkerException(
                    WorkerFault.BootFailed, $"The guest's agent gave up at {failed.Step}: {failed.Error.ErrorMessage}"),
                null => throw Refuse("The guest connected without a word."),
                AgentMessage other => throw Refuse($"The guest sent {other.Kind} instead of a hello."),
            };
        }
        catch (ProtocolException failure)
        {
            throw Refuse($"The guest broke the protocol: {failure.Message}");
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            throw Refuse("The guest's connection broke before its hello.");
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }

    private static WorkerException Refuse(string message) => new(WorkerFault.BootFailed, message);
}
