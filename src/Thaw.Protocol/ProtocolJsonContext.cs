using System.Text.Json.Serialization;

namespace Thaw.Protocol;

/// <summary>Source-generated JSON for the headers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = ProtocolLimits.HeaderDepthMax)]
[JsonSerializable(typeof(Configure))]
[JsonSerializable(typeof(Invoke))]
[JsonSerializable(typeof(Quiesce))]
[JsonSerializable(typeof(Restore))]
[JsonSerializable(typeof(Shutdown))]
[JsonSerializable(typeof(Ping))]
[JsonSerializable(typeof(Prepare))]
[JsonSerializable(typeof(Locate))]
[JsonSerializable(typeof(Hello))]
[JsonSerializable(typeof(InitDone))]
[JsonSerializable(typeof(InvokeDone))]
[JsonSerializable(typeof(Quiesced))]
[JsonSerializable(typeof(Restored))]
[JsonSerializable(typeof(LogOutput))]
[JsonSerializable(typeof(Failed))]
[JsonSerializable(typeof(Pong))]
[JsonSerializable(typeof(Prepared))]
[JsonSerializable(typeof(Located))]
internal sealed partial class ProtocolJsonContext : JsonSerializerContext;
