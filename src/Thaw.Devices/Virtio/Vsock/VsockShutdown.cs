namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Flags of a SHUTDOWN packet: what its sender will no longer do.</summary>
[Flags]
internal enum VsockShutdown : uint
{
    None = 0,
    Receive = 1,
    Send = 2,
    Both = 3,
}
