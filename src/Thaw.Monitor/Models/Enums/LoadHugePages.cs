using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Pages behind a restored microVM's memory.</summary>
[JsonConverter(typeof(LoadHugePagesConverter))]
internal enum LoadHugePages
{
    Snapshot,
    None,
    Transparent,
    TwoMebibytes,
}
