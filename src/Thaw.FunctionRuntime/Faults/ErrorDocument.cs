using System.Text;
using System.Text.Json;

namespace Thaw.FunctionRuntime.Faults;

/// <summary>An error in Lambda's JSON.</summary>
internal sealed class ErrorDocument
{
    /// <summary>Frames of these are the runtime's work, not the function's.</summary>
    private static readonly string[] s_ownFrames =
        ["at Thaw.FunctionRuntime.", "at System.RuntimeMethodHandle.", "at System.Reflection.", "at InvokeStub_"];

    private readonly Exception _error;

    /// <summary>The document of an error.</summary>
    /// <param name="error">The error.</param>
    /// <param name="errorType">Its type, if it is not the exception's.</param>
    internal ErrorDocument(Exception error, string? errorType = null)
    {
        _error = error;
        ErrorType = errorType ?? TypeOf(error);
    }

    /// <summary>The error's type.</summary>
    internal string ErrorType { get; }

    /// <summary>As UTF-8.</summary>
    internal byte[] ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = FunctionJson.Encoder }))
        {
            Write(json, _error, ErrorType, causes: 0);
        }

        return buffer.ToArray();
    }

    /// <summary>As the log shows it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"[ERROR] {ErrorType}: {_error.Message}");
        foreach (string line in StackOf(_error))
        {
            text.Append("\n   ").Append(line);
        }

        return text.ToString();
    }

    private static void Write(Utf8JsonWriter json, Exception error, string type, int causes)
    {
        json.WriteStartObject();
        json.WriteString("errorType", type);
        json.WriteString("errorMessage", error.Message);
        json.WriteStartArray("stackTrace");
        foreach (string line in StackOf(error))
        {
            json.WriteStringValue(line);
        }

        json.WriteEndArray();
        if (error.InnerException is { } inner && causes < RuntimeLimits.CausesMax)
        {
            json.WritePropertyName("cause");
            Write(json, inner, TypeOf(inner), causes + 1);
        }

        json.WriteEndObject();
    }

    private static string TypeOf(Exception error) => error is Fault fault ? fault.ErrorType : error.GetType().Name;

    /// <summary>What the function did, innermost first.</summary>
    private static IEnumerable<string> StackOf(Exception error) =>
        error is Fault
            ? []
            : (error.StackTrace ?? "").Split('\n').Select(line => line.Trim())
                .Where(line => line.Length > 0
                    && !s_ownFrames.Any(own => line.StartsWith(own, StringComparison.Ordinal)))
                .Take(RuntimeLimits.StackLinesMax);
}
