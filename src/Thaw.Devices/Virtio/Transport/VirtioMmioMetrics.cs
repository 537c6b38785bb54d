namespace Thaw.Devices.Virtio;

/// <summary>What a transport counted.</summary>
public sealed class VirtioMmioMetrics
{
    /// <summary>Queue notifications that the event loop processed.</summary>
    public Counter Notifications { get; } = new();

    /// <summary>Interrupts raised, for used buffers and for configuration changes.</summary>
    public Counter Interrupts { get; } = new();

    /// <summary>Accesses of unknown registers, of wrong width, or in the wrong state.</summary>
    public Counter BadAccesses { get; } = new();

    /// <summary>Resets by the driver.</summary>
    public Counter Resets { get; } = new();

    /// <summary>Times that the driver broke the rules and the device asked for a reset.</summary>
    public Counter BrokenQueues { get; } = new();
}
