namespace Thaw.Monitor.Models;

/// <summary>Another host device for a network interface of a restored microVM.</summary>
internal sealed record NetworkOverride
{
    /// <summary>The interface.</summary>
    public required string IfaceId { get; init; }

    /// <summary>The host's device.</summary>
    public required string HostDevName { get; init; }
}
