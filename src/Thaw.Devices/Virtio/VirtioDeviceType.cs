namespace Thaw.Devices.Virtio;

/// <summary>Device IDs of virtio 1.2, section 5.</summary>
public enum VirtioDeviceType : uint
{
    /// <summary>Block device.</summary>
    Block = 2,

    /// <summary>Entropy source.</summary>
    Rng = 4,

    /// <summary>Socket device.</summary>
    Vsock = 19,

    /// <summary>Persistent memory.</summary>
    Pmem = 27,
}
