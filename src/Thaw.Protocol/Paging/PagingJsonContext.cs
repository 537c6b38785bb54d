using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Source-generated JSON of the memory hand-offs; names as Firecracker's.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = ProtocolLimits.HeaderDepthMax)]
[JsonSerializable(typeof(IReadOnlyList<MemoryMapping>))]
[JsonSerializable(typeof(SharedMemoryRequest))]
[JsonSerializable(typeof(SharedMemoryOffer))]
[JsonSerializable(typeof(SharedMemoryMapped))]
[JsonSerializable(typeof(PagerNotice))]
public sealed partial class PagingJsonContext : JsonSerializerContext;
