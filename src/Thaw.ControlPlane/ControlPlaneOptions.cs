using Microsoft.Extensions.Logging;

namespace Thaw.ControlPlane;

/// <summary>How a service is set up.</summary>
public sealed record ControlPlaneOptions
{
    /// <summary>Where database and deployment packages are.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>The address to listen on. Port 0 takes any free one.</summary>
    public string Listen { get; init; } = "http://127.0.0.1:7777";

    /// <summary>How often garbage is collected in the store and snapshots are laid out anew; zero for never.</summary>
    public TimeSpan CollectionInterval { get; init; } = TimeSpan.FromHours(1);

    /// <summary>From which level on to log, on standard error.</summary>
    public LogLevel LogLevel { get; init; } = LogLevel.Information;
}
