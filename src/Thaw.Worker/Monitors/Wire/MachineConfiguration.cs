namespace Thaw.Worker.Monitors.Wire;

/// <summary>PUT /machine-config.</summary>
internal sealed record MachineConfiguration
{
    public required int VcpuCount { get; init; }

    public required int MemSizeMib { get; init; }
}
