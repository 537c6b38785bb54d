using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>A named set of CPU features.</summary>
[JsonConverter(typeof(CpuTemplateConverter))]
internal enum CpuTemplate
{
    None,
    C3,
    T2,
    T2S,
    T2CL,
    T2A,
    V1N1,
}
