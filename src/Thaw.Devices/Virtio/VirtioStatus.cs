namespace Thaw.Devices.Virtio;

/// <summary>Bits of the device status field (virtio 1.2, section 2.1).</summary>
[Flags]
public enum VirtioStatus : uint
{
    /// <summary>After reset.</summary>
    None = 0,

    /// <summary>The guest has seen the device.</summary>
    Acknowledge = 1,

    /// <summary>The guest has a driver for it.</summary>
    Driver = 2,

    /// <summary>The driver is ready: queues may be used.</summary>
    DriverOk = 4,

    /// <summary>Feature negotiation is over.</summary>
    FeaturesOk = 8,

    /// <summary>The device met an error that only a reset ends.</summary>
    NeedsReset = 64,

    /// <summary>The guest gave up.</summary>
    Failed = 128,
}
