using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /metrics</c>.</summary>
internal sealed record MetricsConfig
{
    /// <summary>File or pipe that metrics go to, a line of JSON at a time.</summary>
    public required string MetricsPath { get; init; }

    /// <summary>Whether each line has the microVM's id.</summary>
    public bool EmitId { get; init; }

    /// <summary>Key-value pairs that each line has.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Dictionary<string, string>? Properties { get; init; }
}
