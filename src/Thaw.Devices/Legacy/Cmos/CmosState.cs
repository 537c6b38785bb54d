using Thaw.Snapshot;

namespace Thaw.Devices.Legacy;

/// <summary>Saved state of a <see cref="CmosRtc"/>: the time is always the host's.</summary>
public sealed record CmosState : ISnapshotState<CmosState>
{
    /// <summary>The selected register.</summary>
    public required byte Index { get; init; }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer) => writer.U8(Index);

    /// <inheritdoc/>
    public static CmosState Decode(StateReader reader, ushort version) => new() { Index = reader.U8() };
}
