namespace Thaw.Protocol;

/// <summary>One message with its body.</summary>
/// <param name="Message">The header, parsed.</param>
/// <param name="Body">The bytes after the header; empty for most kinds.</param>
public sealed record Frame(AgentMessage Message, ReadOnlyMemory<byte> Body)
{
    /// <summary>The kind of the frame.</summary>
    public FrameKind Kind => Message.Kind;
}
