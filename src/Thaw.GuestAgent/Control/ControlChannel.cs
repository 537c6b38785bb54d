using Thaw.Protocol;

namespace Thaw.GuestAgent.Control;

/// <summary>The present control connection's writing side, or none.</summary>
internal sealed class ControlChannel : IAgentOutput
{
    private volatile FrameWriter? _writer;

    /// <summary>From now on frames go here; null for nowhere.</summary>
    internal void Attach(FrameWriter? writer) => _writer = writer;

    /// <inheritdoc/>
    public bool TrySend(AgentMessage message, ReadOnlySpan<byte> body = default)
    {
        if (_writer is not { } writer)
        {
            return false;
        }
        try
        {
            writer.Write(message, body);
            return true;
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The host is gone; it will come back on a new connection and ask.
            return false;
        }
    }
}
