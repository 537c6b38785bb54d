using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>How a drive does its I/O.</summary>
[JsonConverter(typeof(IoEngineConverter))]
internal enum IoEngine
{
    Sync,
    Async,
}
