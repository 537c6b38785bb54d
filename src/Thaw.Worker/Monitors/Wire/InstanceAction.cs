namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /actions.</summary>
internal sealed record InstanceAction
{
    public const string InstanceStart = "InstanceStart";

    public required string ActionType { get; init; }
}
