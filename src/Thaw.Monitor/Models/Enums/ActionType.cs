using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>What <c>PUT /actions</c> does.</summary>
[JsonConverter(typeof(ActionTypeConverter))]
internal enum ActionType
{
    FlushMetrics,
    InstanceStart,
    SendCtrlAltDel,
}
