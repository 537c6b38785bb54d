using System.Text.Json.Serialization;
using Thaw.ControlPlane.Wire;

namespace Thaw.Cli;

/// <summary>JSON that commands write: as the service has it where it comes from there, camel case elsewhere.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(FunctionConfiguration))]
[JsonSerializable(typeof(ListFunctionsResponse))]
[JsonSerializable(typeof(ListVersionsResponse))]
internal sealed partial class CliJsonContext : JsonSerializerContext;
