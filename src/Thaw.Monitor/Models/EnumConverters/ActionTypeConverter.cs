namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="ActionType"/> on the wire.</summary>
internal sealed class ActionTypeConverter : WireEnumConverter<ActionType>
{
    /// <summary>For the generated serializer.</summary>
    public ActionTypeConverter()
        : base(
            ("FlushMetrics", ActionType.FlushMetrics),
            ("InstanceStart", ActionType.InstanceStart),
            ("SendCtrlAltDel", ActionType.SendCtrlAltDel))
    {
    }
}
