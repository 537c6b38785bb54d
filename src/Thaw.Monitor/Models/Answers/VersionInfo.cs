namespace Thaw.Monitor.Models;

/// <summary>Answer of <c>GET /version</c>.</summary>
internal sealed record VersionInfo
{
    /// <summary>Version of the API that this monitor speaks.</summary>
    public required string FirecrackerVersion { get; init; }

    /// <summary>Thaw's own: version of the monitor.</summary>
    public required string ThawVersion { get; init; }
}
