using Thaw.Memory;
using Thaw.Snapshot;

namespace Thaw.Devices.Virtio.Pmem;

/// <summary>Saved state of a <see cref="PmemDevice"/>.</summary>
public sealed record PmemState : ISnapshotState<PmemState>
{
    /// <summary>Its configuration.</summary>
    public required PmemOptions Options { get; init; }

    /// <inheritdoc/>
    public static ushort StateVersion => 1;

    /// <inheritdoc/>
    public void Encode(StateWriter writer)
    {
        writer.Text(Options.Id);
        writer.Text(Options.Path);
        writer.Bool(Options.IsReadOnly);
        writer.U64(Options.Start.Value);
        writer.U64(Options.SizeBytes);
    }

    /// <inheritdoc/>
    public static PmemState Decode(StateReader reader, ushort version) => new()
    {
        Options = new PmemOptions(
            reader.Text(), reader.Text(), reader.Bool(), new GuestAddress(reader.U64()), reader.U64()),
    };
}
