using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Api;

/// <summary>Reads JSON bodies strictly: unknown, missing and duplicate fields are errors that name the field.</summary>
internal static class ApiBody
{
    /// <summary>Reads a body of type <typeparamref name="T"/>.</summary>
    /// <exception cref="ApiBodyException">It is not one.</exception>
    internal static T Read<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            using (JsonDocument document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 }))
            {
                RequireFields(document.RootElement, type);
            }

            return JsonSerializer.Deserialize(body.Span, type)
                ?? throw new ApiBodyException("invalid type: null, expected an object");
        }
        catch (JsonException e)
        {
            throw new ApiBodyException(Describe(e), e);
        }
    }

    private static void RequireFields(JsonElement element, JsonTypeInfo type)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new ApiBodyException($"invalid type: {Describe(element.ValueKind)}, expected an object");
        }

        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (JsonProperty field in element.EnumerateObject())
        {
            JsonPropertyInfo? known = Find(type, field.Name);
            if (known is null)
            {
                throw new ApiBodyException($"unknown field `{field.Name}`, {Expected(type)}");
            }

            if (!seen.Add(field.Name))
            {
                throw new ApiBodyException($"duplicate field `{field.Name}`");
            }

            RequireNestedFields(field.Value, known.PropertyType);
        }

        foreach (JsonPropertyInfo known in type.Properties)
        {
            if (known.IsRequired && !seen.Contains(known.Name))
            {
                throw new ApiBodyException($"missing field `{known.Name}`");
            }
        }
    }

    private static void RequireNestedFields(JsonElement value, Type propertyType)
    {
        if (value.ValueKind == JsonValueKind.Object
            && ApiJson.Wire.GetTypeInfo(propertyType) is { Kind: JsonTypeInfoKind.Object } nested
            && nested.Properties.Count > 0)
        {
            RequireFields(value, nested);
        }
    }

    private static JsonPropertyInfo? Find(JsonTypeInfo type, string name)
    {
        foreach (JsonPropertyInfo property in type.Properties)
        {
            if (property.Name == name)
            {
                return property;
            }
        }

        return null;
    }

    private static string Expected(JsonTypeInfo type)
    {
        string[] names = [.. type.Properties.Select(p => $"`{p.Name}`")];
        return names.Length switch
        {
            1 => $"expected {names[0]}",
            2 => $"expected {names[0]} or {names[1]}",
            _ => $"expected one of {string.Join(", ", names)}",
        };
    }

    // The serializer's own texts name .NET types, which mean nothing to a client.
    private static string Describe(JsonException e)
    {
        string what = e.Message;
        if (what.StartsWith("The JSON value could not be converted", StringComparison.Ordinal) || IsNullText(what))
        {
            what = $"invalid value for `{Field(e.Path)}`";
        }

        int position = what.IndexOf(" LineNumber:", StringComparison.Ordinal);
        int path = what.IndexOf(" Path:", StringComparison.Ordinal);
        int end = path >= 0 ? path : position;
        what = (end < 0 ? what : what[..end]).TrimEnd('.', ' ');
        return e.LineNumber is { } line && e.BytePositionInLine is { } column
            ? string.Create(CultureInfo.InvariantCulture, $"{what} at line {line + 1} column {column + 1}")
            : what;
    }

    private static bool IsNullText(string message) => message.Contains("doesn't allow null", StringComparison.Ordinal);

    private static string Field(string? path) =>
        path is null || !path.StartsWith("$.", StringComparison.Ordinal) ? path ?? "$" : path[2..];

    private static string Describe(JsonValueKind kind) => kind switch
    {
        JsonValueKind.Array => "sequence",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };
}
