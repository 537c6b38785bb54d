using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>What <c>PATCH /vm</c> asks for.</summary>
[JsonConverter(typeof(VmStateRequestConverter))]
internal enum VmStateRequest
{
    Paused,
    Resumed,
}
