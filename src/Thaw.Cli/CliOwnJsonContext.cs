using System.Text.Json.Serialization;
using Thaw.Cli.Client;
using Thaw.Cli.Diagnosis;
using Thaw.ControlPlane.Wire;
using Thaw.Images;

namespace Thaw.Cli;

/// <summary>JSON of the commands' own results, in camel case.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true)]
[JsonSerializable(typeof(InvokeResult))]
[JsonSerializable(typeof(InfoResponse))]
[JsonSerializable(typeof(SnapshotList))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(KvmReport))]
[JsonSerializable(typeof(ImagesManifest))]
internal sealed partial class CliOwnJsonContext : JsonSerializerContext;
