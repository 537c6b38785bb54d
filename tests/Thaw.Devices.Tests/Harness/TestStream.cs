namespace Thaw.Devices.Tests.Harness;

/// <summary>A guest's end of a vsock connection: credit as the specification tells both sides to count it.</summary>
internal sealed class TestStream(uint guestPort, uint hostPort)
{
    /// <summary>As Linux: VIRTIO_VSOCK_DEFAULT_BUF_SIZE.</summary>
    internal const uint BufferBytes = 256 * 1024;

    internal uint GuestPort { get; } = guestPort;

    internal uint HostPort { get; } = hostPort;

    internal bool IsEstablished { get; set; }

    internal bool IsReset { get; set; }

    internal uint HostDone { get; set; }

    internal List<byte> Received { get; } = [];

    /// <summary>What the guest's program has read: granted again with the next packet.</summary>
    internal uint Forwarded { get; set; }

    internal uint ForwardedTold { get; set; }

    internal uint Sent { get; set; }

    internal uint HostBufferBytes { get; set; }

    internal uint HostForwarded { get; set; }

    internal uint Credit => HostBufferBytes - unchecked(Sent - HostForwarded);

    internal bool OwesCreditUpdate { get; set; }

    /// <summary>Whether the guest's program reads what arrives; else the credit runs out.</summary>
    internal bool IsReading { get; set; } = true;
}
