namespace Thaw.Snapshot;

/// <summary>One section of a state file, checksum verified.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Version of its body's encoding.</param>
/// <param name="Flags">How a reader that does not know it treats it.</param>
/// <param name="Body">Its bytes.</param>
public sealed record SnapshotSection(SectionId Id, ushort Version, SectionFlags Flags, ReadOnlyMemory<byte> Body)
{
    /// <summary>A reader over the body.</summary>
    public StateReader OpenReader() => new(Id.Value, Body);

    internal static int Padding(long length) =>
        (int)(-length & (SnapshotAbi.SectionAlignment - 1));

    internal long FileBytes()
    {
        int id = Id.Value.Length;
        return SnapshotAbi.SectionHeaderBytes + id + Padding(id) + Body.Length + Padding(Body.Length);
    }
}
