using System.Collections.Immutable;

namespace Thaw.Store;

/// <summary>
/// Bytes of a working set: a count, then space index, zero, first page and number of pages for each range.
/// </summary>
internal static class WorkingSetCodec
{
    private const int EntryBytes = 12;

    internal static void Encode(
        FieldWriter writer, IReadOnlyCollection<WorkingSetEntry> entries, ImmutableArray<LayerSpace> spaces)
    {
        writer.UInt32((uint)entries.Count);
        foreach (WorkingSetEntry entry in entries)
        {
            int space = IndexOf(spaces, entry.Space);
            if (space < 0 || entry.Pages.Count == 0 || entry.Pages.End > (ulong)spaces[space].PageCount)
            {
                throw new ArgumentException(
                    $"Pages {entry.Pages.First} to {entry.Pages.End} of \"{entry.Space}\" are not in the layer.",
                    nameof(entries));
            }
            writer.UInt16((ushort)space);
            writer.UInt16(0);
            writer.UInt32(entry.Pages.First);
            writer.UInt32(entry.Pages.Count);
        }
    }

    internal static ImmutableArray<WorkingSetEntry> Decode(ref FieldReader reader, ImmutableArray<LayerSpace> spaces)
    {
        int count = reader.Count(StoreLimits.WorkingSetRangesMax, EntryBytes);
        ImmutableArray<WorkingSetEntry>.Builder entries = ImmutableArray.CreateBuilder<WorkingSetEntry>(count);
        for (int i = 0; i < count; i++)
        {
            int space = reader.UInt16();
            ushort reserved = reader.UInt16();
            PageRange pages = new(reader.UInt32(), reader.UInt32());
            bool isGood = space < spaces.Length && reserved == 0 && pages.Count > 0
                && pages.End <= (ulong)spaces[space].PageCount;
            if (!isGood)
            {
                reader.Fail();
                return [];
            }
            entries.Add(new WorkingSetEntry(spaces[space].Name, pages));
        }
        return entries.ToImmutable();
    }

    private static int IndexOf(ImmutableArray<LayerSpace> spaces, string name)
    {
        for (int i = 0; i < spaces.Length; i++)
        {
            if (spaces[i].Name == name)
            {
                return i;
            }
        }
        return -1;
    }
}
