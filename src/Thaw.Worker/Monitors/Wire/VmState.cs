namespace Thaw.Worker.Monitors.Wire;

/// <summary>PATCH /vm.</summary>
internal sealed record VmState
{
    public const string Paused = "Paused";

    public const string Resumed = "Resumed";

    public required string State { get; init; }
}
