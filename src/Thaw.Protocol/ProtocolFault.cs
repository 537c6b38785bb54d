namespace Thaw.Protocol;

/// <summary>What is wrong with a frame.</summary>
public enum ProtocolFault
{
    /// <summary>The stream ended in the middle of a frame.</summary>
    Truncated,

    /// <summary>The length field is beyond <see cref="ProtocolLimits.FrameSizeBytesMax"/>.</summary>
    Oversized,

    /// <summary>The length field is too small for a frame's fixed fields.</summary>
    Undersized,

    /// <summary>The header is longer than the frame or than <see cref="ProtocolLimits.HeaderSizeBytesMax"/>.</summary>
    HeaderOversized,

    /// <summary>The kind is not one of <see cref="FrameKind"/>.</summary>
    UnknownKind,

    /// <summary>The flags are not zero.</summary>
    UnknownFlags,

    /// <summary>The header is not the JSON that the kind asks for.</summary>
    BadHeader,

    /// <summary>The kind has no body, but the frame has one.</summary>
    UnexpectedBody,

    /// <summary>The body is not what the kind asks for.</summary>
    BadBody,

    /// <summary>A frame of this kind has no place here: the wrong direction or the wrong moment.</summary>
    UnexpectedKind,
}
