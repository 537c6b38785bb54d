using System.IO.Compression;
using System.Text;
using Thaw.Core;
using Thaw.Worker.Images;
using Thaw.Worker.Layers;
using Thaw.Worker.Snapshots;

namespace Thaw.Worker.Checks;

/// <summary>
/// Compares clones of a snapshot. What repeats in answers, logs or freshly written memory, and is neither in the
/// snapshot nor what the same program comes to without one, was drawn from a state that the clones share.
/// </summary>
internal sealed class UniquenessCheck(
    WorkerOptions options, CaptureRunner runner, SnapshotReading snapshots, ImageCatalog images)
{
    private const int ListedMax = 100;
    private const int ShownBytesMax = 64;
    private const int NearbyBytes = 128;
    private const int NearbyTextMin = 6;
    private const int BlockBytes = 1 << 20;

    /// <summary>Runs clones and control one after the other, then compares.</summary>
    /// <exception cref="WorkerException">One of them could not be run.</exception>
    internal async Task<UniquenessReport> RunAsync(UniquenessOrder order, CancellationToken cancellationToken)
    {
        string directory = Path.Combine(RootOf(options), Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(directory);
        try
        {
            List<CloneCapture> clones = [];
            for (int i = 0; i < order.Clones; i++)
            {
                clones.Add(await runner.RunAsync(
                    order.Spec, VariantOf(order.Spec, i), order.Payload, directory, cancellationToken)
                    .ConfigureAwait(false));
            }
            CloneCapture control = await runner.RunAsync(
                order.Control, variant: null, order.Payload, directory, cancellationToken).ConfigureAwait(false);
            return await CompareAsync(order, clones, control, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    /// <summary>Removes what a worker left that ended during a check: it is memory of functions.</summary>
    internal static void RemoveLeftovers(WorkerOptions options)
    {
        if (Directory.Exists(RootOf(options)))
        {
            Directory.Delete(RootOf(options), recursive: true);
        }
    }

    /// <summary>Two clones of each variant, as far as they go: clones of one repeat what those of two do not.</summary>
    private static int? VariantOf(FunctionSpec spec, int clone) =>
        spec.Variants == 1 ? null : 1 + (clone / 2 % spec.Variants);

    private static string RootOf(WorkerOptions options) =>
        Path.Combine(Path.GetFullPath(options.DataDirectory), "checks");

    private async Task<UniquenessReport> CompareAsync(
        UniquenessOrder order, List<CloneCapture> clones, CloneCapture control, CancellationToken cancellationToken)
    {
        MemoryRepeats memory = new();
        TextRepeats text = new();
        long written = 0;
        ILookup<int?, int> variants = Enumerable.Range(0, clones.Count).ToLookup(i => clones[i].Outcome.Variant);
        foreach (IGrouping<int?, int> variant in variants)
        {
            using SnapshotContent snapshot = await snapshots.OpenAsync(
                order.Spec, new SnapshotKey(order.Spec.Key, variant.Key), cancellationToken).ConfigureAwait(false);
            foreach (int i in variant)
            {
                text.Add(clones[i].CloneId, clones[i].Outcome);
                written += await AddMemoryAsync(
                    memory, i, clones[i].MemoryPath, snapshot.Memory, cancellationToken).ConfigureAwait(false);
            }
        }
        text.RemoveKnown(order.Payload.Span);
        text.RemoveKnown(control.Outcome.Payload.Span);
        text.RemoveKnown(TextRepeats.OwnLog(control.Outcome));
        memory.Seal();
        HashSet<string> inSnapshot = new(StringComparer.Ordinal);
        (string Token, byte[] Form)[] forms =
            [.. text.Repeats.Keys.SelectMany(token => TextTokens.FormsOf(token).Select(form => (token, form)))];
        int overlap = Math.Max(RandomBytes.WindowBytes, forms.Select(f => f.Form.Length).DefaultIfEmpty().Max());
        foreach (IGrouping<int?, int> variant in variants)
        {
            using SnapshotContent snapshot = await snapshots.OpenAsync(
                order.Spec, new SnapshotKey(order.Spec.Key, variant.Key), cancellationToken).ConfigureAwait(false);
            await BlockReader.ReadAsync(snapshot.Memory, overlap, (_, block) =>
            {
                memory.RemoveKnown(block.Span);
                foreach ((string token, byte[] form) in forms.Where(f => !inSnapshot.Contains(f.Token)))
                {
                    if (block.Span.IndexOf(form) >= 0)
                    {
                        inSnapshot.Add(token);
                    }
                }
            }, cancellationToken).ConfigureAwait(false);
        }
        await RemoveConstantsAsync(order.Spec, control, memory, cancellationToken).ConfigureAwait(false);
        return Report(clones, text, inSnapshot, memory, written);
    }

    /// <summary>What the control has, or what lies in image and package, is no clone's own.</summary>
    private async Task RemoveConstantsAsync(
        FunctionSpec spec, CloneCapture control, MemoryRepeats memory, CancellationToken cancellationToken)
    {
        foreach (string path in (string[])[control.MemoryPath, images.RuntimeImageOf(spec.Runtime).Path])
        {
            await ReadFileAsync(
                path, RandomBytes.WindowBytes, block => memory.RemoveKnown(block.Span), cancellationToken)
                .ConfigureAwait(false);
        }
        using ZipArchive package = await ZipFile.OpenReadAsync(spec.CodePath, cancellationToken).ConfigureAwait(false);
        foreach (ZipArchiveEntry entry in package.Entries)
        {
            using Stream content = await entry.OpenAsync(cancellationToken).ConfigureAwait(false);
            await BlockReader.ReadAsync(
                content, RandomBytes.WindowBytes, (_, block) => memory.RemoveKnown(block.Span), cancellationToken)
                .ConfigureAwait(false);
        }
    }

    private static UniquenessReport Report(
        List<CloneCapture> clones, TextRepeats text, HashSet<string> inSnapshot, MemoryRepeats memory, long written)
    {
        IReadOnlyList<(MemoryRepeats.Pair Place, int LengthBytes)> runs = memory.Runs();
        List<RepeatedValue> repeated =
        [
            .. text.Repeats.Where(r => !inSnapshot.Contains(r.Key)).Select(Describe),
            .. runs.Take(ListedMax).Select(run => Describe(clones, run)),
        ];
        return new UniquenessReport
        {
            CloneIds = [.. clones.Select(clone => clone.CloneId)],
            Errors = clones.Count(clone => clone.Outcome.FunctionError is not null),
            WrittenBytes = written,
            Repeated = repeated,
            Unlisted = Math.Max(0, runs.Count - ListedMax),
            FromSnapshot = [.. text.Repeats.Where(r => inSnapshot.Contains(r.Key)).Select(Describe)],
        };
    }

    private static RepeatedValue Describe(KeyValuePair<string, List<ValuePlace>> repeat) =>
        new() { Value = repeat.Key, Places = repeat.Value };

    private static RepeatedValue Describe(
        List<CloneCapture> clones, (MemoryRepeats.Pair Place, int LengthBytes) run)
    {
        using FileStream file = File.OpenRead(clones[run.Place.CloneA].MemoryPath);
        long from = Math.Max(0, run.Place.OffsetA - NearbyBytes);
        byte[] around = new byte[run.Place.OffsetA - from + run.LengthBytes + NearbyBytes];
        int count = RandomAccess.Read(file.SafeFileHandle, around, from);
        int at = (int)(run.Place.OffsetA - from);
        return new RepeatedValue
        {
            Value = Convert.ToHexStringLower(around.AsSpan(at, Math.Min(run.LengthBytes, ShownBytesMax))),
            Places =
            [
                PlaceOf(clones[run.Place.CloneA], run.Place.OffsetA),
                PlaceOf(clones[run.Place.CloneB], run.Place.OffsetB),
            ],
            Nearby = LongestText(around.AsSpan(0, count)),
        };
    }

    /// <param name="clone">The clone.</param>
    /// <param name="offset">Where in its memory file, which has no device hole.</param>
    private static ValuePlace PlaceOf(CloneCapture clone, long offset)
    {
        long address = DeviceHole.AddressOf(offset);
        return new ValuePlace(clone.CloneId, "memory", address) { Location = clone.Owners?.Find(address) };
    }

    private static string? LongestText(ReadOnlySpan<byte> bytes)
    {
        int best = 0;
        int bestLength = 0;
        int start = 0;
        for (int at = 0; at <= bytes.Length; at++)
        {
            if (at < bytes.Length && bytes[at] is >= 0x20 and < 0x7f)
            {
                continue;
            }
            if (at - start > bestLength)
            {
                (best, bestLength) = (start, at - start);
            }
            start = at + 1;
        }
        return bestLength >= NearbyTextMin ? Encoding.ASCII.GetString(bytes.Slice(best, bestLength)) : null;
    }

    /// <summary>Compares a clone's pages with the snapshot's; gives how many bytes it wrote.</summary>
    private static async Task<long> AddMemoryAsync(
        MemoryRepeats memory, int clone, string path, SnapshotPart snapshot, CancellationToken cancellationToken)
    {
        using FileStream own = File.OpenRead(path);
        byte[] written = new byte[BlockBytes];
        byte[] before = new byte[BlockBytes];
        long total = 0;
        int size;
        for (long offset = 0; (size = RandomAccess.Read(own.SafeFileHandle, written, offset)) > 0; offset += size)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!written.AsSpan(0, size).ContainsAnyExcept((byte)0))
            {
                continue;
            }
            await snapshot.Pages.ReadAsync((uint)(offset / PageSize.Bytes), before, cancellationToken)
                .ConfigureAwait(false);
            memory.Add(clone, offset, written.AsSpan(0, size), before.AsSpan(0, size));
            total += CountPages(written.AsSpan(0, size));
        }
        return total;
    }

    private static long CountPages(ReadOnlySpan<byte> block)
    {
        long total = 0;
        for (int at = 0; at < block.Length; at += PageSize.Bytes)
        {
            ReadOnlySpan<byte> page = block.Slice(at, Math.Min(PageSize.Bytes, block.Length - at));
            total += page.ContainsAnyExcept((byte)0) ? PageSize.Bytes : 0;
        }
        return total;
    }

    private static async Task ReadFileAsync(
        string path, int overlap, Action<ReadOnlyMemory<byte>> look, CancellationToken cancellationToken)
    {
        using FileStream file = File.OpenRead(path);
        await BlockReader.ReadAsync(file, overlap, (_, block) => look(block), cancellationToken).ConfigureAwait(false);
    }
}
