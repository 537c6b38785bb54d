using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Where a restored microVM's memory comes from.</summary>
[JsonConverter(typeof(MemoryBackendTypeConverter))]
internal enum MemoryBackendType
{
    File,
    Uffd,
}
