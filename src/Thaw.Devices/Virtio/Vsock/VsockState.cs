using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>
/// Saved state of a <see cref="VsockDevice"/>. Connections are not saved: a restored guest is told that they are gone.
/// </summary>
public sealed record VsockState : ISnapshotState<VsockState>
{
    /// <summary>CID of the guest.</summary>
    public required ulong GuestCid { get; init; }

    /// <summary>The device's Unix socket; a restore may choose another.</summary>
    public required string UdsPath { get; init; }

    /// <summary>
    /// The port that the next host program's end gets. Saved because a guest still knows its dead connections by their
    /// ports until its programs close them, and refuses a new one with the same pair.
    /// </summary>
    public required uint NextHostPort { get; init; }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.U64(GuestCid);
        writer.Text(UdsPath);
        writer.U32(NextHostPort);
    }

    /// <inheritdoc/>
    public static VsockState Decode(StateReader reader, ushort version) => new()
    {
        GuestCid = reader.U64(),
        UdsPath = reader.Text(),
        NextHostPort = reader.U32(),
    };
}
