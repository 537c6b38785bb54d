using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Serializers of all bodies, made at build time.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(ActionRequest))]
[JsonSerializable(typeof(BootSourceConfig))]
[JsonSerializable(typeof(CreateSnapshotRequest))]
[JsonSerializable(typeof(DriveConfig))]
[JsonSerializable(typeof(DriveUpdate))]
[JsonSerializable(typeof(EntropyConfig))]
[JsonSerializable(typeof(FaultMessage))]
[JsonSerializable(typeof(InstanceInfo))]
[JsonSerializable(typeof(KvmProbeAnswer))]
[JsonSerializable(typeof(LoadSnapshotRequest))]
[JsonSerializable(typeof(LoggerConfig))]
[JsonSerializable(typeof(MachineConfig))]
[JsonSerializable(typeof(MachineConfigUpdate))]
[JsonSerializable(typeof(MetricsConfig))]
[JsonSerializable(typeof(MicrovmStats))]
[JsonSerializable(typeof(PmemConfig))]
[JsonSerializable(typeof(PmemUpdate))]
[JsonSerializable(typeof(SerialConfig))]
[JsonSerializable(typeof(TransportError))]
[JsonSerializable(typeof(VersionInfo))]
[JsonSerializable(typeof(VmConfig))]
[JsonSerializable(typeof(VmUpdate))]
[JsonSerializable(typeof(VsockConfig))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
