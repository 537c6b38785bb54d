namespace Thaw.Devices.Virtio;

/// <summary>A virtio device behind a transport.</summary>
/// <remarks>
/// The transport calls all methods with <see cref="VirtioContext.Gate"/> held, so that a device needs no lock of its
/// own; callbacks of the device's own (timers, sockets) take the gate first. <see cref="ProcessQueue"/> runs on the
/// event loop's thread, the others also on vCPU threads. None throws on guest input.
/// </remarks>
public interface IVirtioDevice
{
    /// <summary>What it is.</summary>
    VirtioDeviceType DeviceType { get; }

    /// <summary>Name for messages: the configured id, or the type.</summary>
    string Name { get; }

    /// <summary>
    /// Offered features of the device type; the transport adds <see cref="VirtioFeatures.Transport"/>.
    /// </summary>
    ulong DeviceFeatures { get; }

    /// <summary>Largest size of each queue, a power of two; the length is the number of queues.</summary>
    IReadOnlyList<ushort> QueueSizes { get; }

    /// <summary>Is told its place; called once, before everything else.</summary>
    void Attach(VirtioContext context);

    /// <summary>Reads the device-specific configuration; what is beyond it reads as zero.</summary>
    void ReadConfig(ulong offset, Span<byte> data);

    /// <summary>Writes the device-specific configuration; ignored where it is read-only.</summary>
    void WriteConfig(ulong offset, ReadOnlySpan<byte> data);

    /// <summary>
    /// The driver is ready (DRIVER_OK), or the device was restored in that state: queues may be used.
    /// </summary>
    void Activate();

    /// <summary>The driver reset the device: nothing may touch guest memory after this returns.</summary>
    void Reset();

    /// <summary>The driver notified queue <paramref name="index"/>; spurious calls are normal.</summary>
    void ProcessQueue(int index);
}
