using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>What a device gets from its transport.</summary>
public sealed class VirtioContext
{
    private readonly VirtioMmioTransport _transport;

    internal VirtioContext(VirtioMmioTransport transport, GuestMemory memory, IReadOnlyList<VirtQueue> queues)
    {
        _transport = transport;
        Memory = memory;
        Queues = queues;
    }

    /// <summary>Guards the device, its queues and the transport's registers. First in every lock order.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Guest memory.</summary>
    public GuestMemory Memory { get; }

    /// <summary>The queues, by index; usable while <see cref="IsActive"/>.</summary>
    public IReadOnlyList<VirtQueue> Queues { get; }

    /// <summary>Whether the driver is ready and the device not broken. Under the gate.</summary>
    public bool IsActive => _transport.IsActiveLocked;

    /// <summary>The features that the driver accepted. Under the gate.</summary>
    public ulong AckedFeatures => _transport.AckedFeaturesLocked;

    /// <summary>
    /// Interrupts the driver if the used buffers of <paramref name="queue"/> warrant it. Under the gate.
    /// </summary>
    public void InterruptIfNeeded(VirtQueue queue) => _transport.InterruptIfNeededLocked(queue);

    /// <summary>Tells the driver that the configuration changed. Under the gate.</summary>
    public void ConfigChanged() => _transport.ConfigChangedLocked();

    /// <summary>Has the queue processed again soon, after other events had their turn.</summary>
    public void Requeue(int index) => _transport.QueueEvents[index].Signal();

    /// <summary>Marks the device as broken if one of its queues is. Under the gate.</summary>
    public void CheckBroken() => _transport.CheckBrokenLocked();
}
