using System.Text.Json.Serialization;

namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /vsock</c>.</summary>
internal sealed record VsockConfig
{
    /// <summary>Deprecated and without meaning.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? VsockId { get; init; }

    /// <summary>The guest's context id, from 3.</summary>
    public required uint GuestCid { get; init; }

    /// <summary>The Unix socket that stands for the guest.</summary>
    public required string UdsPath { get; init; }
}
