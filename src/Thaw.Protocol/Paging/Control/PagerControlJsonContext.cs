using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Source-generated JSON of the pager's control connection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = ProtocolLimits.HeaderDepthMax)]
[JsonSerializable(typeof(PagerRequest))]
[JsonSerializable(typeof(PagerAnswer))]
public sealed partial class PagerControlJsonContext : JsonSerializerContext;
