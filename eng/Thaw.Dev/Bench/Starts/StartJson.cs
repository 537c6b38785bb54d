using System.Text.Json.Serialization;

namespace Thaw.Dev.Bench.Starts;

/// <summary>Figures about starts as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<StartFigures>))]
internal sealed partial class StartJson : JsonSerializerContext;
