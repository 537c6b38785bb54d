namespace Thaw.Worker.Monitors.Wire;

/// <summary>What a monitor says to a request that it refuses.</summary>
internal sealed record MonitorFault
{
    public string? FaultMessage { get; init; }
}
