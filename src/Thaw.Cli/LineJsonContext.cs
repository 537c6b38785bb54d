using System.Text.Json.Serialization;
using Thaw.Cli.Commands;

namespace Thaw.Cli;

/// <summary>JSON in one line, for whoever reads lines while the command goes on.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServeStarted))]
internal sealed partial class LineJsonContext : JsonSerializerContext;
