namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Life of a <see cref="VsockConnection"/>.</summary>
internal enum VsockConnectionState
{
    /// <summary>A host program wants it; the guest has not answered.</summary>
    Requesting,

    /// <summary>The guest wanted it and the host program's socket is connected; the guest is not told yet.</summary>
    Accepting,

    /// <summary>Data flows, perhaps in one direction only.</summary>
    Established,

    /// <summary>The guest was told that the host is done with both directions, and is to answer by a reset.</summary>
    Closing,

    /// <summary>Over at the host's side; the guest is to get a reset.</summary>
    Resetting,

    /// <summary>Over.</summary>
    Dead,
}
