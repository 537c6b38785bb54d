using System.Text.Json.Serialization;
using Thaw.Dev.Lab;

namespace Thaw.Dev;

/// <summary>JSON that the development commands read and write.</summary>
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(LabState))]
internal sealed partial class DevJson : JsonSerializerContext;
