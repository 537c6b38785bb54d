using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Whether a guest's flush reaches the disk.</summary>
[JsonConverter(typeof(CacheTypeConverter))]
internal enum CacheType
{
    Unsafe,
    Writeback,
}
