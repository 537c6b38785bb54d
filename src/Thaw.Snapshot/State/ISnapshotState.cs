namespace Thaw.Snapshot;

/// <summary>A state record that writes itself field by field, little-endian, and reads itself back.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface ISnapshotState<TSelf>
    where TSelf : ISnapshotState<TSelf>
{
    /// <summary>Version that <see cref="Encode"/> writes; from 1. Goes up with each change of the encoding.</summary>
    static abstract ushort StateVersion { get; }

    /// <summary>Writes all fields.</summary>
    void Encode(StateWriter writer);

    /// <summary>Reads what a writer of <paramref name="version"/> (1 to <see cref="StateVersion"/>) wrote.</summary>
    /// <exception cref="SnapshotException">The bytes are not a valid state: they are hostile input.</exception>
    static abstract TSelf Decode(StateReader reader, ushort version);
}
