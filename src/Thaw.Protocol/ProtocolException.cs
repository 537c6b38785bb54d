namespace Thaw.Protocol;

/// <summary>A frame that breaks the protocol; the connection that it came from is of no more use.</summary>
public sealed class ProtocolException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="fault">What is wrong.</param>
    /// <param name="message">A sentence with the values.</param>
    /// <param name="inner">What the JSON parser said, if it was asked.</param>
    public ProtocolException(ProtocolFault fault, string message, Exception? inner = null)
        : base(message, inner) => Fault = fault;

    /// <summary>What is wrong.</summary>
    public ProtocolFault Fault { get; }

    /// <summary>The kind field as it came, if the frame got that far.</summary>
    public ushort? KindValue { get; init; }

    /// <summary>The offending length or value, if there is one.</summary>
    public long? Actual { get; init; }

    /// <summary>The bound that <see cref="Actual"/> broke, if there is one.</summary>
    public long? Limit { get; init; }
}
