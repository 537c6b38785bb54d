namespace Thaw.Protocol;

/// <summary>Writes frames to a stream, which stays its caller's. Safe to use from several threads.</summary>
public sealed class FrameWriter(Stream stream) : IDisposable
{
    /// <summary>A body up to this size is copied behind its header: one write, one packet, one wake-up.</summary>
    private const int TogetherBytesMax = 64 * 1024;

    /// <summary>Guards the stream, so that frames do not mix.</summary>
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Writes a frame. Cancelled in the middle of it, the stream is of no more use.</summary>
    /// <exception cref="ProtocolException">Header or frame would be too large, or the kind has no body.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public async ValueTask WriteAsync(
        AgentMessage message, ReadOnlyMemory<byte> body = default, CancellationToken cancellationToken = default)
    {
        bool together = body.Length <= TogetherBytesMax;
        byte[] first = together
            ? FrameCodec.Encode(message, body.Span) : FrameCodec.EncodePrefix(message, body.Length);
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await stream.WriteAsync(first, cancellationToken).ConfigureAwait(false);
            if (!together)
            {
                await stream.WriteAsync(body, cancellationToken).ConfigureAwait(false);
            }
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Writes a frame, blocking.</summary>
    /// <exception cref="ProtocolException">Header or frame would be too large, or the kind has no body.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public void Write(AgentMessage message, ReadOnlySpan<byte> body = default)
    {
        bool together = body.Length <= TogetherBytesMax;
        byte[] first = together ? FrameCodec.Encode(message, body) : FrameCodec.EncodePrefix(message, body.Length);
        _turn.Wait();
        try
        {
            stream.Write(first);
            if (!together)
            {
                stream.Write(body);
            }
            stream.Flush();
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
