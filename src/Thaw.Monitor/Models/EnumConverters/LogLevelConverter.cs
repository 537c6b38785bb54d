using System.Text.Json;
using System.Text.Json.Serialization;
using Thaw.Monitor.Logging;

namespace Thaw.Monitor.Models;

/// <summary>Log levels, in any case, as existing clients write them.</summary>
internal sealed class LogLevelConverter : JsonConverter<LogLevel?>
{
    /// <inheritdoc/>
    public override LogLevel? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        return reader.TokenType == JsonTokenType.String && LogLevels.TryParse(reader.GetString()!, out LogLevel level)
            ? level
            : throw new JsonException("Invalid LevelFilter");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LogLevel? value, JsonSerializerOptions options)
    {
        if (value is { } level)
        {
            writer.WriteStringValue(LogLevels.Name(level));
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
