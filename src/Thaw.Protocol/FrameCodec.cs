using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Thaw.Protocol;

/// <summary>Turns messages into frames and back. Pure: it reads and writes memory only.</summary>
/// <remarks>
/// A frame is, little-endian: u32 length of the rest, u16 kind, u16 flags (0), u32 header length, header (UTF-8 JSON),
/// body. See docs/formats/agent-protocol.md.
/// </remarks>
public static class FrameCodec
{
    /// <summary>The bytes of the length field.</summary>
    public const int LengthFieldBytes = 4;

    /// <summary>The bytes between the length field and the header: kind, flags and header length.</summary>
    public const int FixedFieldsBytes = 8;

    /// <summary>Encodes everything before the body: the length field, the fixed fields and the header.</summary>
    /// <exception cref="ProtocolException">Header or frame would be too large, or the kind has no body.</exception>
    public static byte[] EncodePrefix(AgentMessage message, int bodyLength)
    {
        byte[] header = JsonSerializer.SerializeToUtf8Bytes(message, TypeInfoOf(message.Kind));
        long length = FixedFieldsBytes + (long)header.Length + bodyLength;
        ushort kind = (ushort)message.Kind;
        CheckLength(length, kind);
        CheckHeaderLength(header.Length, length, kind);
        CheckBody(message.Kind, bodyLength);

        byte[] prefix = new byte[LengthFieldBytes + FixedFieldsBytes + header.Length];
        BinaryPrimitives.WriteUInt32LittleEndian(prefix, (uint)length);
        BinaryPrimitives.WriteUInt16LittleEndian(prefix.AsSpan(4), kind);
        BinaryPrimitives.WriteUInt32LittleEndian(prefix.AsSpan(8), (uint)header.Length);
        header.CopyTo(prefix, 12);
        return prefix;
    }

    /// <summary>Encodes a whole frame.</summary>
    /// <exception cref="ProtocolException">Header or frame would be too large, or the kind has no body.</exception>
    public static byte[] Encode(AgentMessage message, ReadOnlySpan<byte> body = default)
    {
        byte[] prefix = EncodePrefix(message, body.Length);
        if (body.IsEmpty)
        {
            return prefix;
        }
        byte[] frame = new byte[prefix.Length + body.Length];
        prefix.CopyTo(frame, 0);
        body.CopyTo(frame.AsSpan(prefix.Length));
        return frame;
    }

    /// <summary>Reads and checks the length field.</summary>
    /// <returns>How many bytes follow it.</returns>
    /// <exception cref="ProtocolException">The length is out of bounds.</exception>
    public static int DecodeLength(ReadOnlySpan<byte> lengthField)
    {
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(lengthField);
        CheckLength(length, kind: null);
        return (int)length;
    }

    /// <summary>Decodes what follows the length field. The frame's body refers to <paramref name="rest"/>.</summary>
    /// <exception cref="ProtocolException">The frame breaks the protocol.</exception>
    public static Frame DecodeRest(ReadOnlyMemory<byte> rest)
    {
        ReadOnlySpan<byte> span = rest.Span;
        CheckLength(span.Length, kind: null);
        ushort kindValue = BinaryPrimitives.ReadUInt16LittleEndian(span);
        ushort flags = BinaryPrimitives.ReadUInt16LittleEndian(span[2..]);
        uint headerLength = BinaryPrimitives.ReadUInt32LittleEndian(span[4..]);
        FrameKind kind = (FrameKind)kindValue;
        JsonTypeInfo typeInfo = TypeInfoOf(kind);
        if (flags != 0)
        {
            throw new ProtocolException(ProtocolFault.UnknownFlags, $"Frame {kind} has flags {flags:x4}; must be 0.")
            {
                KindValue = kindValue,
                Actual = flags,
                Limit = 0,
            };
        }
        CheckHeaderLength(headerLength, span.Length, kindValue);
        ReadOnlyMemory<byte> body = rest[(FixedFieldsBytes + (int)headerLength)..];
        CheckBody(kind, body.Length);
        return new Frame(DecodeHeader(span.Slice(FixedFieldsBytes, (int)headerLength), kind, typeInfo), body);
    }

    private static AgentMessage DecodeHeader(ReadOnlySpan<byte> header, FrameKind kind, JsonTypeInfo typeInfo)
    {
        try
        {
            if (JsonSerializer.Deserialize(header, typeInfo) is AgentMessage message && !HasNullElements(message))
            {
                return message;
            }
        }
        catch (JsonException error)
        {
            throw BadHeader(kind, error);
        }
        throw BadHeader(kind, inner: null);
    }

    /// <summary>Nulls within collections, which the serializer's null checks do not see.</summary>
    private static bool HasNullElements(AgentMessage message) => message switch
    {
        Configure configure => configure.Environment.Any(pair => pair.Value is null),
        InitDone done => HasNullLines(done.Error),
        InvokeDone done => HasNullLines(done.Error),
        Restored done => HasNullLines(done.Error),
        Failed failed => HasNullLines(failed.Error),
        _ => false,
    };

    private static bool HasNullLines(FunctionError? error) => error?.StackTrace.Any(line => line is null) == true;

    private static ProtocolException BadHeader(FrameKind kind, Exception? inner) =>
        new(ProtocolFault.BadHeader, $"The header of frame {kind} is not the JSON that this kind asks for.", inner)
        {
            KindValue = (ushort)kind,
        };

    private static void CheckLength(long length, ushort? kind)
    {
        if (length > ProtocolLimits.FrameSizeBytesMax)
        {
            throw new ProtocolException(
                ProtocolFault.Oversized,
                $"A frame of {length} bytes is beyond the limit of {ProtocolLimits.FrameSizeBytesMax}.")
            {
                KindValue = kind,
                Actual = length,
                Limit = ProtocolLimits.FrameSizeBytesMax,
            };
        }
        if (length < FixedFieldsBytes)
        {
            throw new ProtocolException(
                ProtocolFault.Undersized,
                $"A frame of {length} bytes has no room for its {FixedFieldsBytes} fixed ones.")
            {
                KindValue = kind,
                Actual = length,
                Limit = FixedFieldsBytes,
            };
        }
    }

    private static void CheckHeaderLength(long headerLength, long frameLength, ushort kind)
    {
        long limit = Math.Min(ProtocolLimits.HeaderSizeBytesMax, frameLength - FixedFieldsBytes);
        if (headerLength > limit)
        {
            throw new ProtocolException(
                ProtocolFault.HeaderOversized, $"A header of {headerLength} bytes is beyond the limit of {limit}.")
            {
                KindValue = kind,
                Actual = headerLength,
                Limit = limit,
            };
        }
    }

    private static void CheckBody(FrameKind kind, int bodyLength)
    {
        bool mayHaveBody = kind is FrameKind.Invoke or FrameKind.InvokeDone or FrameKind.InitDone or FrameKind.Log
            or FrameKind.Located;
        if (bodyLength != 0 && !mayHaveBody)
        {
            throw new ProtocolException(
                ProtocolFault.UnexpectedBody, $"Frame {kind} has a body of {bodyLength} bytes; this kind has none.")
            {
                KindValue = (ushort)kind,
                Actual = bodyLength,
                Limit = 0,
            };
        }
    }

    private static JsonTypeInfo TypeInfoOf(FrameKind kind) => kind switch
    {
        FrameKind.Configure => ProtocolJsonContext.Default.Configure,
        FrameKind.Invoke => ProtocolJsonContext.Default.Invoke,
        FrameKind.Quiesce => ProtocolJsonContext.Default.Quiesce,
        FrameKind.Restore => ProtocolJsonContext.Default.Restore,
        FrameKind.Shutdown => ProtocolJsonContext.Default.Shutdown,
        FrameKind.Ping => ProtocolJsonContext.Default.Ping,
        FrameKind.Prepare => ProtocolJsonContext.Default.Prepare,
        FrameKind.Locate => ProtocolJsonContext.Default.Locate,
        FrameKind.Hello => ProtocolJsonContext.Default.Hello,
        FrameKind.InitDone => ProtocolJsonContext.Default.InitDone,
        FrameKind.InvokeDone => ProtocolJsonContext.Default.InvokeDone,
        FrameKind.Quiesced => ProtocolJsonContext.Default.Quiesced,
        FrameKind.Restored => ProtocolJsonContext.Default.Restored,
        FrameKind.Log => ProtocolJsonContext.Default.LogOutput,
        FrameKind.Failed => ProtocolJsonContext.Default.Failed,
        FrameKind.Pong => ProtocolJsonContext.Default.Pong,
        FrameKind.Prepared => ProtocolJsonContext.Default.Prepared,
        FrameKind.Located => ProtocolJsonContext.Default.Located,
        _ => throw new ProtocolException(ProtocolFault.UnknownKind, $"Frame kind {(ushort)kind:x4} is not known.")
        {
            KindValue = (ushort)kind,
            Actual = (ushort)kind,
        },
    };
}
