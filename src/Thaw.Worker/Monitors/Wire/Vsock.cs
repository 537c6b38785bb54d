namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /vsock.</summary>
internal sealed record Vsock
{
    public required uint GuestCid { get; init; }

    public required string UdsPath { get; init; }
}
