using System.Text.Json.Serialization;
using Thaw.Protocol;
using Thaw.Worker.Images;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker;

/// <summary>JSON of the worker's own files and of the errors that it gives to callers.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(SnapshotManifest))]
[JsonSerializable(typeof(FunctionError))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class WorkerJsonContext : JsonSerializerContext;
