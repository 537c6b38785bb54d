using System.Runtime.InteropServices;

namespace Thaw.Worker.Checks;

/// <summary>Random-looking bytes that more than one clone wrote into its memory.</summary>
internal sealed class MemoryRepeats
{
    private const int CandidatesMax = 6_000_000;
    private const int StepBytes = 8;
    private const int FilterBits = 1 << 22;
    private const ulong FilterFactor = 0x9e37_79b9_7f4a_7c15;

    private readonly Dictionary<UInt128, (int Clone, long Offset)> _seen = [];
    private readonly Dictionary<UInt128, Pair> _repeats = [];
    private ulong[] _filter = [];

    /// <summary>Two clones that have the same bytes, and where.</summary>
    internal readonly record struct Pair(int CloneA, long OffsetA, int CloneB, long OffsetB);

    /// <summary>Whether there were more candidates than are kept, so that some repeats may be missed.</summary>
    internal bool IsTruncated { get; private set; }

    /// <summary>Takes what a clone wrote: those words of its memory that are not the snapshot's.</summary>
    /// <param name="clone">The clone's number.</param>
    /// <param name="offset">Where the blocks begin.</param>
    /// <param name="written">Memory that the clone owns.</param>
    /// <param name="before">The snapshot's memory at the same place, of the same size.</param>
    internal void Add(int clone, long offset, ReadOnlySpan<byte> written, ReadOnlySpan<byte> before)
    {
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(written);
        ReadOnlySpan<ulong> old = MemoryMarshal.Cast<byte, ulong>(before);
        for (int at = 0; at + 1 < words.Length; at++)
        {
            ulong low = words[at];
            ulong high = words[at + 1];
            if (low == 0 || high == 0 || low == old[at] || high == old[at + 1]
                || !RandomBytes.IsLikely(written.Slice(at * StepBytes, RandomBytes.WindowBytes), low, high))
            {
                continue;
            }
            AddCandidate(clone, offset + (at * StepBytes), new UInt128(high, low));
        }
    }

    /// <summary>Prepares for <see cref="RemoveKnown"/>; nothing is added afterwards.</summary>
    internal void Seal()
    {
        _seen.Clear();
        _filter = new ulong[FilterBits / 64];
        foreach (UInt128 value in _repeats.Keys)
        {
            uint hash = Hash((ulong)value);
            _filter[hash / 64] |= 1UL << (int)(hash % 64);
        }
    }

    /// <summary>Forgets what is somewhere in these bytes, at any alignment.</summary>
    internal void RemoveKnown(ReadOnlySpan<byte> bytes)
    {
        if (_repeats.Count == 0)
        {
            return;
        }
        for (int at = 0; at + RandomBytes.WindowBytes <= bytes.Length; at++)
        {
            ulong low = MemoryMarshal.Read<ulong>(bytes[at..]);
            uint hash = Hash(low);
            if (low != 0 && (_filter[hash / 64] >> (int)(hash % 64) & 1) != 0)
            {
                _repeats.Remove(new UInt128(MemoryMarshal.Read<ulong>(bytes[(at + StepBytes)..]), low));
            }
        }
    }

    /// <summary>What is left: runs of bytes, the longest first.</summary>
    internal IReadOnlyList<(Pair Place, int LengthBytes)> Runs()
    {
        List<(Pair Place, int LengthBytes)> runs = [];
        foreach (Pair pair in _repeats.Values
            .OrderBy(p => p.CloneA).ThenBy(p => p.CloneB).ThenBy(p => p.OffsetA).ThenBy(p => p.OffsetB))
        {
            if (runs.Count > 0 && Continues(runs[^1], pair))
            {
                (Pair place, _) = runs[^1];
                runs[^1] = (place, (int)(pair.OffsetA - place.OffsetA) + RandomBytes.WindowBytes);
            }
            else
            {
                runs.Add((pair, RandomBytes.WindowBytes));
            }
        }
        return [.. runs.OrderByDescending(run => run.LengthBytes)];
    }

    private static bool Continues((Pair Place, int LengthBytes) run, Pair next) =>
        run.Place.CloneA == next.CloneA && run.Place.CloneB == next.CloneB
        && next.OffsetA - run.Place.OffsetA <= run.LengthBytes
        && next.OffsetA - run.Place.OffsetA == next.OffsetB - run.Place.OffsetB;

    private static uint Hash(ulong word) => (uint)((word * FilterFactor) >> 42);

    private void AddCandidate(int clone, long offset, UInt128 value)
    {
        if (_seen.TryGetValue(value, out (int Clone, long Offset) first))
        {
            if (first.Clone != clone)
            {
                _repeats.TryAdd(value, new Pair(first.Clone, first.Offset, clone, offset));
            }
        }
        else if (_seen.Count < CandidatesMax)
        {
            _seen.Add(value, (clone, offset));
        }
        else
        {
            IsTruncated = true;
        }
    }
}
