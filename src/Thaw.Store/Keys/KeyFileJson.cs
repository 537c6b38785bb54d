using System.Text.Json.Serialization;

namespace Thaw.Store;

/// <summary>How the key file is written: JSON, so that an operator can see what is in it.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, // The quicker mode writes no bytes as "" where null is meant.
    WriteIndented = true,
    UseStringEnumConverter = true,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(KeyFileContent))]
internal sealed partial class KeyFileJson : JsonSerializerContext;
