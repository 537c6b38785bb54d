namespace Thaw.Worker.Monitors.Wire;

/// <summary>The socket of a clone's vsock device.</summary>
internal sealed record VsockOverride
{
    public required string UdsPath { get; init; }
}
