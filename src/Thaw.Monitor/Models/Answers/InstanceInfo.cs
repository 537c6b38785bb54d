namespace Thaw.Monitor.Models;

/// <summary>Answer of <c>GET /</c>.</summary>
internal sealed record InstanceInfo
{
    /// <summary>The microVM's id.</summary>
    public required string Id { get; init; }

    /// <summary>Life of the microVM.</summary>
    public required InstanceState State { get; init; }

    /// <summary>Version of the monitor.</summary>
    public required string VmmVersion { get; init; }

    /// <summary>Name of the monitor.</summary>
    public required string AppName { get; init; }
}
