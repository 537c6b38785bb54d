namespace Thaw.Devices.Virtio.Vsock;

/// <summary>What a vsock device counted.</summary>
public sealed class VsockMetrics
{
    /// <summary>Packets from the guest.</summary>
    public Counter SentPackets { get; } = new();

    /// <summary>Data bytes from the guest.</summary>
    public Counter SentBytes { get; } = new();

    /// <summary>Packets to the guest.</summary>
    public Counter ReceivedPackets { get; } = new();

    /// <summary>Data bytes to the guest.</summary>
    public Counter ReceivedBytes { get; } = new();

    /// <summary>Packets that no correct driver sends, or for another CID; dropped.</summary>
    public Counter InvalidPackets { get; } = new();

    /// <summary>Receive buffers too small for a header.</summary>
    public Counter InvalidBuffers { get; } = new();

    /// <summary>Connections made, from either side.</summary>
    public Counter ConnectionsAdded { get; } = new();

    /// <summary>Connections ended, however.</summary>
    public Counter ConnectionsRemoved { get; } = new();

    /// <summary>Connections ended by us: errors, timeouts, broken rules.</summary>
    public Counter ConnectionsKilled { get; } = new();

    /// <summary>Connections that could not be made.</summary>
    public Counter ConnectFailures { get; } = new();

    /// <summary>Data bytes from the guest that no host program took.</summary>
    public Counter DroppedBytes { get; } = new();

    /// <summary>Restored guests that were told that their connections are gone.</summary>
    public Counter TransportResets { get; } = new();
}
