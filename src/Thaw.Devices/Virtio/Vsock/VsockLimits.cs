namespace Thaw.Devices.Virtio.Vsock;

/// <summary>Bounds of a vsock device.</summary>
public static class VsockLimits
{
    /// <summary>Connections and unfinished CONNECT lines together.</summary>
    public const int ConnectionCountMax = 1023;

    /// <summary>
    /// Bytes from the guest that wait for a slow host program, for each connection: what the guest is granted.
    /// </summary>
    public const int SendBufferBytes = 64 * 1024;

    /// <summary>Data of one packet.</summary>
    public const int PacketDataBytesMax = 64 * 1024;

    /// <summary>Resets that wait for receive buffers; while there are so many, the guest's packets wait.</summary>
    public const int ResetCountMax = 256;

    /// <summary>Length of a CONNECT line with its line feed.</summary>
    public const int ConnectLineBytesMax = 32;

    /// <summary>Host connections that wait to be accepted.</summary>
    public const int ListenBacklog = 128;

    /// <summary>Smallest port that a host program's end gets.</summary>
    public const uint HostPortMin = 1u << 30;

    /// <summary>Largest such port.</summary>
    public const uint HostPortMax = (1u << 31) - 1;
}
