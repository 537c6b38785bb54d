namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /boot-source.</summary>
internal sealed record BootSource
{
    public required string KernelImagePath { get; init; }

    public string? InitrdPath { get; init; }

    public string? BootArgs { get; init; }
}
