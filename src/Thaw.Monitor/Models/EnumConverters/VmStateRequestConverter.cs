namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="VmStateRequest"/> on the wire.</summary>
internal sealed class VmStateRequestConverter : WireEnumConverter<VmStateRequest>
{
    /// <summary>For the generated serializer.</summary>
    public VmStateRequestConverter()
        : base(
            ("Paused", VmStateRequest.Paused),
            ("Resumed", VmStateRequest.Resumed))
    {
    }
}
