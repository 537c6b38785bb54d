using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Where a restored microVM's memory comes from.</summary>
[JsonConverter(typeof(MemoryBackendTypeConverter))]
internal enum MemoryBackendType
{
    File,
    Uffd,

    // Thaw's own: a pager's images, shared with all clones (docs/formats/pager-protocol.md).
    SharedImages,
}
