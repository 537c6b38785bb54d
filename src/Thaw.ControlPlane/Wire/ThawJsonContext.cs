using System.Text.Json.Serialization;
using Thaw.Protocol;
using Thaw.Worker;

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
[JsonSerializable(typeof(SnapshotTreeResponse))]
[JsonSerializable(typeof(SnapshotDetails))]
[JsonSerializable(typeof(SnapshotVerification))]
[JsonSerializable(typeof(SnapshotCollection))]
[JsonSerializable(typeof(CompactionList))]
[JsonSerializable(typeof(PagingFigures))]
[JsonSerializable(typeof(RestoreTimings))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(MasterKey))]
[JsonSerializable(typeof(KeyRevocation))]
[JsonSerializable(typeof(CheckSecretsRequest))]
[JsonSerializable(typeof(SecretsReport))]
[JsonSerializable(typeof(UniquenessReport))]
public sealed partial class ThawJsonContext : JsonSerializerContext;
