using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Life of the microVM.</summary>
[JsonConverter(typeof(InstanceStateConverter))]
internal enum InstanceState
{
    NotStarted,
    Running,
    Paused,
}
