using System.Text.Json.Serialization;

namespace Thaw.ControlPlane.Wire;

/// <summary>JSON of Thaw's own endpoints: camel case, absent where null.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(HealthResponse))]
[JsonSerializable(typeof(InfoResponse))]
[JsonSerializable(typeof(InvocationList))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(FailureList))]
public sealed partial class ThawJsonContext : JsonSerializerContext;
