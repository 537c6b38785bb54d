using System.Text.Json;
using Thaw.Protocol;

namespace Thaw.GuestAgent.Functions;

/// <summary>Errors in Lambda's words and Lambda's JSON.</summary>
internal static class LambdaError
{
    /// <summary>An invocation or init that ran past its limit.</summary>
    internal static FunctionError TimedOut(string? requestId, int timeoutMs) =>
        new("Sandbox.Timedout", $"{Prefix(requestId)}Error: Task timed out after {timeoutMs / 1000.0:F2} seconds");

    /// <summary>A process that ended where it should not.</summary>
    internal static FunctionError Exited(string? requestId, string how) =>
        new("Runtime.ExitError", $"{Prefix(requestId)}Error: {how}");

    /// <summary>A response beyond Lambda's limit.</summary>
    internal static FunctionError ResponseTooLarge(long sizeBytes) => new(
        "Function.ResponseSizeTooLarge",
        $"Response payload size ({sizeBytes} bytes) exceeded maximum allowed payload size "
        + $"({ProtocolLimits.PayloadSizeBytesMax} bytes).");

    /// <summary>The JSON that Lambda answers a caller with.</summary>
    internal static byte[] ToJson(FunctionError error)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("errorType", error.ErrorType);
            writer.WriteString("errorMessage", error.ErrorMessage);
            if (error.StackTrace.Count > 0)
            {
                writer.WriteStartArray("stackTrace");
                foreach (string line in error.StackTrace)
                {
                    writer.WriteStringValue(line);
                }
                writer.WriteEndArray();
            }
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>What a runtime posted as an error: JSON in Lambda's shape, or anything else.</summary>
    /// <param name="document">The posted body.</param>
    /// <param name="typeHeader">The header Lambda-Runtime-Function-Error-Type, if it was sent.</param>
    internal static FunctionError Parse(ReadOnlyMemory<byte> document, string? typeHeader)
    {
        string type = typeHeader is { Length: > 0 } ? typeHeader : "Function.Unknown";
        try
        {
            using JsonDocument parsed = JsonDocument.Parse(document);
            JsonElement root = parsed.RootElement;
            if (root.ValueKind == JsonValueKind.Object)
            {
                return new FunctionError(Text(root, "errorType") ?? type, Text(root, "errorMessage") ?? "")
                {
                    StackTrace = Lines(root),
                }.Bounded();
            }
        }
        catch (JsonException)
        {
            // A runtime may post what it likes; its caller gets the bytes as they are.
            return new FunctionError(type, "The runtime posted an error that is not JSON.");
        }
        return new FunctionError(type, "The runtime posted an error that is not a JSON object.");
    }

    private static string Prefix(string? requestId) => requestId is null ? "" : $"RequestId: {requestId} ";

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString() : null;

    private static List<string> Lines(JsonElement root)
    {
        List<string> lines = [];
        // Lambda's Node.js runtime has another name for it than its others.
        if ((root.TryGetProperty("stackTrace", out JsonElement stack) || root.TryGetProperty("trace", out stack))
            && stack.ValueKind == JsonValueKind.Array)
        {
            foreach (JsonElement line in stack.EnumerateArray())
            {
                if (lines.Count == ProtocolLimits.StackTraceLinesMax)
                {
                    break;
                }
                lines.Add(line.ValueKind == JsonValueKind.String ? line.GetString() ?? "" : line.GetRawText());
            }
        }
        return lines;
    }
}
