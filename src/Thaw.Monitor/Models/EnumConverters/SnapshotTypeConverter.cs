namespace Thaw.Monitor.Models;

/// <summary>Words of <see cref="SnapshotType"/> on the wire.</summary>
internal sealed class SnapshotTypeConverter : WireEnumConverter<SnapshotType>
{
    /// <summary>For the generated serializer.</summary>
    public SnapshotTypeConverter()
        : base(
            ("Full", SnapshotType.Full),
            ("Diff", SnapshotType.Diff))
    {
    }
}
