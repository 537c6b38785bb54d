using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Rng;

/// <summary>Saved state of an <see cref="RngDevice"/>: nothing but its being there.</summary>
public sealed record RngState : ISnapshotState<RngState>
{
    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
    }

    /// <inheritdoc/>
    public static RngState Decode(StateReader reader, ushort version) => new();
}
