using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Thaw.Protocol;

/// <summary>Messages of the control connection: a length (four bytes, little-endian), then JSON.</summary>
public static class PagerFrames
{
    private const int LengthBytes = 4;

    /// <summary>Writes a message.</summary>
    /// <exception cref="IOException">The connection failed.</exception>
    public static async Task WriteAsync<T>(
        Stream stream, T message, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(message, type);
        byte[] frame = new byte[LengthBytes + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        body.CopyTo(frame, LengthBytes);
        await stream.WriteAsync(frame, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads a message; default when the peer closed the connection between two.</summary>
    /// <exception cref="IOException">The connection failed or ended within a message.</exception>
    /// <exception cref="PagerException">The message is too long or malformed.</exception>
    public static async Task<T?> ReadAsync<T>(
        Stream stream, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        byte[] head = new byte[LengthBytes];
        int got = await stream.ReadAtLeastAsync(head, LengthBytes, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        if (got == 0)
        {
            return default;
        }
        int length = BinaryPrimitives.ReadInt32LittleEndian(head);
        if (got < LengthBytes || length is < 0 or > PagerProtocol.ControlBytesMax)
        {
            throw new PagerException($"A message of the pager's control connection claims {length} bytes.");
        }
        byte[] body = new byte[length];
        await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException e)
        {
            throw new PagerException($"A message of the pager's control connection is malformed: {e.Message}");
        }
    }
}
