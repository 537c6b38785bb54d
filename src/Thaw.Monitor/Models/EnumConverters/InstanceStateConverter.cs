namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="InstanceState"/> on the wire.</summary>
internal sealed class InstanceStateConverter : WireEnumConverter<InstanceState>
{
    /// <summary>For the generated serializer.</summary>
    public InstanceStateConverter()
        : base(
            ("Not started", InstanceState.NotStarted),
            ("Running", InstanceState.Running),
            ("Paused", InstanceState.Paused))
    {
    }
}
