using System.Text.Json.Serialization;
using Thaw.Cli.Client;
using Thaw.Cli.Commands;
using Thaw.Cli.Diagnosis;
using Thaw.ControlPlane.Wire;
using Thaw.Images;
using Thaw.Worker;

namespace Thaw.Cli;

/// <summary>JSON of the commands' own results, in camel case.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(InvokeResult))]
[JsonSerializable(typeof(InfoResponse))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(SnapshotTreeResponse))]
[JsonSerializable(typeof(SnapshotDetails))]
[JsonSerializable(typeof(SnapshotLayer))]
[JsonSerializable(typeof(SnapshotExported))]
[JsonSerializable(typeof(SnapshotVerification))]
[JsonSerializable(typeof(SnapshotCollection))]
[JsonSerializable(typeof(CompactionList))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(MasterKey))]
[JsonSerializable(typeof(KeyRevocation))]
[JsonSerializable(typeof(CheckSecretsRequest))]
[JsonSerializable(typeof(SecretsReport))]
[JsonSerializable(typeof(UniquenessReport))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(KvmReport))]
[JsonSerializable(typeof(ImagesManifest))]
internal sealed partial class CliOwnJsonContext : JsonSerializerContext;
