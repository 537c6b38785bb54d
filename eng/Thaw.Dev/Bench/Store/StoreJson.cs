using System.Text.Json.Serialization;

namespace Thaw.Dev.Bench.Store;

/// <summary>Figures about stores as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<StoreFigures>))]
[JsonSerializable(typeof(ThawRun))]
internal sealed partial class StoreJson : JsonSerializerContext;
