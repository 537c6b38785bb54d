using System.Text.Encodings.Web;
using System.Text.Json;

namespace Thaw.Monitor.Models;

/// <summary>The serializers as the wire wants them.</summary>
internal static class ApiJson
{
    /// <summary>No browser reads the answers, so that quotes and backticks need no escapes.</summary>
    internal static ApiJsonContext Wire { get; } = new(new JsonSerializerOptions(ApiJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
