using Thaw.Protocol;

namespace Thaw.GuestAgent.Control;

/// <summary>Where frames to the host go.</summary>
internal interface IAgentOutput
{
    /// <summary>Sends a frame; false, and the frame is lost, where no host is connected.</summary>
    bool TrySend(AgentMessage message, ReadOnlySpan<byte> body = default);
}
