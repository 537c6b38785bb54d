using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Pages behind guest memory.</summary>
[JsonConverter(typeof(HugePagesConverter))]
internal enum HugePages
{
    None,
    Transparent,
    TwoMebibytes,
}
