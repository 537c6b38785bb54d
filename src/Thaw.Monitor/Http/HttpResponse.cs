using System.Globalization;
using System.Text;

namespace Thaw.Monitor.Http;

/// <summary>A response: status and, unless empty, a JSON body.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">UTF-8 JSON, or empty.</param>
internal sealed record HttpResponse(int Status, byte[] Body)
{
    /// <summary>A 204 without body.</summary>
    internal static HttpResponse NoContent { get; } = new(204, []);

    /// <summary>The answer to <c>Expect: 100-continue</c>.</summary>
    internal static ReadOnlySpan<byte> Continue => "HTTP/1.1 100 Continue\r\n\r\n"u8;

    /// <summary>Appended to the head when a field of the request is deprecated.</summary>
    internal bool IsDeprecated { get; init; }

    /// <summary>The bytes to send.</summary>
    internal byte[] Encode(bool keepAlive)
    {
        StringBuilder head = new();
        head.Append(CultureInfo.InvariantCulture, $"HTTP/1.1 {Status} {Reason(Status)}\r\n");
        head.Append("Server: Thaw API\r\n");
        head.Append(keepAlive ? "Connection: keep-alive\r\n" : "Connection: close\r\n");
        if (IsDeprecated)
        {
            head.Append("Deprecation: true\r\n");
        }

        if (Status != 204)
        {
            head.Append("Content-Type: application/json\r\n");
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Body.Length}\r\n");
        }

        head.Append("\r\n");
        return [.. Encoding.ASCII.GetBytes(head.ToString()), .. Body];
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        204 => "No Content",
        400 => "Bad Request",
        413 => "Payload Too Large",
        503 => "Service Unavailable",
        _ => "Error",
    };
}
