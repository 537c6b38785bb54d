namespace Thaw.Protocol;

/// <summary>Reads frames from a stream, which stays its caller's. One read at a time.</summary>
public sealed class FrameReader(Stream stream)
{
    private readonly byte[] _lengthField = new byte[FrameCodec.LengthFieldBytes];

    /// <summary>Reads the next frame.</summary>
    /// <returns>The frame, or null where the stream ended between frames.</returns>
    /// <exception cref="ProtocolException">The bytes break the protocol, or end within a frame.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        int got = await stream.ReadAtLeastAsync(
            _lengthField, _lengthField.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (got == 0)
        {
            return null;
        }
        CheckComplete(got, _lengthField.Length);
        byte[] rest = new byte[FrameCodec.DecodeLength(_lengthField)];
        got = await stream.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        CheckComplete(got, rest.Length);
        return FrameCodec.DecodeRest(rest);
    }

    /// <summary>Reads the next frame, blocking.</summary>
    /// <returns>The frame, or null where the stream ended between frames.</returns>
    /// <exception cref="ProtocolException">The bytes break the protocol, or end within a frame.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public Frame? Read()
    {
        int got = stream.ReadAtLeast(_lengthField, _lengthField.Length, throwOnEndOfStream: false);
        if (got == 0)
        {
            return null;
        }
        CheckComplete(got, _lengthField.Length);
        byte[] rest = new byte[FrameCodec.DecodeLength(_lengthField)];
        got = stream.ReadAtLeast(rest, rest.Length, throwOnEndOfStream: false);
        CheckComplete(got, rest.Length);
        return FrameCodec.DecodeRest(rest);
    }

    private static void CheckComplete(int got, int wanted)
    {
        if (got < wanted)
        {
            throw new ProtocolException(
                ProtocolFault.Truncated, $"The stream ended within a frame, after {got} of {wanted} bytes.")
            {
                Actual = got,
                Limit = wanted,
            };
        }
    }
}
