using System.Text.Json;
using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>An enum that is one of a few exact words on the wire.</summary>
/// <typeparam name="TEnum">The enum.</typeparam>
internal abstract class WireEnumConverter<TEnum> : JsonConverter<TEnum>
    where TEnum : struct, Enum
{
    private readonly (string Word, TEnum Value)[] _words;

    /// <summary>Words and values, one to one.</summary>
    protected WireEnumConverter(params (string Word, TEnum Value)[] words) => _words = words;

    /// <inheritdoc/>
    public override TEnum Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        string word = reader.TokenType == JsonTokenType.String ? reader.GetString()! : reader.TokenType.ToString();
        foreach ((string name, TEnum value) in _words)
        {
            if (name == word)
            {
                return value;
            }
        }

        string expected = string.Join(", ", _words.Select(w => $"`{w.Word}`"));
        throw new JsonException($"unknown variant `{word}`, expected one of {expected}");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, TEnum value, JsonSerializerOptions options) =>
        writer.WriteStringValue(_words.First(w => EqualityComparer<TEnum>.Default.Equals(w.Value, value)).Word);
}
