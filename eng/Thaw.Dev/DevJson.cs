using System.Text.Json.Serialization;
using Thaw.Dev.Hosts;
using Thaw.Dev.Lab;

namespace Thaw.Dev;

/// <summary>JSON that the development commands read and write.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LabState))]
[JsonSerializable(typeof(RunningService))]
internal sealed partial class DevJson : JsonSerializerContext;
