using Thaw.Devices.Virtio.Vsock;

namespace Thaw.Devices.Tests.Harness;

/// <summary>A vsock packet as a guest sees it.</summary>
internal sealed record TestPacket(VsockHeader Header, byte[] Data);
