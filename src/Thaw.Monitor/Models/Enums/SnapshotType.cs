using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Which pages a new snapshot holds.</summary>
[JsonConverter(typeof(SnapshotTypeConverter))]
internal enum SnapshotType
{
    Full,
    Diff,
}
