namespace Thaw.Devices.Virtio.Vsock;

/// <summary>What names a connection of this device.</summary>
/// <param name="Host">The port at the host's end.</param>
/// <param name="Guest">The port at the guest's end.</param>
internal readonly record struct VsockPorts(uint Host, uint Guest);
