namespace Thaw.Devices.Virtio.Vsock;

/// <summary>What a vsock device is.</summary>
public sealed record VsockOptions
{
    /// <summary>CID of the guest; 0, 1 and 2 are reserved, and a CID has 32 bits.</summary>
    public required ulong GuestCid { get; init; }

    /// <summary>
    /// Unix socket for connections to the guest, and prefix of those that connections from the guest go to.
    /// </summary>
    public required string UdsPath { get; init; }

    /// <summary>
    /// Connections and unfinished CONNECT lines together; at most <see cref="VsockLimits.ConnectionCountMax"/>.
    /// </summary>
    public int ConnectionCountMax { get; init; } = VsockLimits.ConnectionCountMax;

    /// <summary>How long a host program may take for its CONNECT line.</summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the guest may take to answer a connection request.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection that both ends gave up may linger without progress.</summary>
    public TimeSpan ShutdownTimeout { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long, after a restore, the guest's driver may take to learn that its connections are gone.
    /// </summary>
    public TimeSpan TransportResetTimeout { get; init; } = TimeSpan.FromSeconds(5);
}
