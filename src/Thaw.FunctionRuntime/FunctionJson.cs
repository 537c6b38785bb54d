using System.Text.Encodings.Web;
using System.Text.Json;
using Thaw.FunctionRuntime.Faults;

namespace Thaw.FunctionRuntime;

/// <summary>How events become what handlers take, and what they give becomes a response.</summary>
internal static class FunctionJson
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNameCaseInsensitive = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes text as it is: nobody takes these bytes for HTML.</summary>
    internal static JavaScriptEncoder Encoder => JavaScriptEncoder.UnsafeRelaxedJsonEscaping;

    /// <summary>Has what a type's JSON needs worked out now.</summary>
    internal static void Prepare(Type type)
    {
        try
        {
            _ = s_options.GetTypeInfo(type);
        }
        catch (Exception error) when (error is NotSupportedException or InvalidOperationException)
        {
            // It will be said when an event is there: a handler that is never invoked has no error.
        }
    }

    /// <summary>Reads an event.</summary>
    internal static object? Read(ReadOnlySpan<byte> json, Type type)
    {
        try
        {
            return JsonSerializer.Deserialize(json, type, s_options);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new Fault(Fault.UnmarshalError, $"Unable to unmarshal input: {error.Message}", error);
        }
    }

    /// <summary>Writes a response.</summary>
    internal static byte[] Write(object? value, Type type)
    {
        try
        {
            return JsonSerializer.SerializeToUtf8Bytes(value, type, s_options);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException)
        {
            throw new Fault(Fault.MarshalError, $"Unable to marshal response: {error.Message}", error);
        }
    }
}
