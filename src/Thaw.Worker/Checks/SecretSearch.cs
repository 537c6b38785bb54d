using Thaw.Worker.Layers;

namespace Thaw.Worker.Checks;

/// <summary>Looks for patterns in streams.</summary>
internal sealed class SecretSearch(IReadOnlyList<SecretPattern> patterns)
{
    private const int PlacesMax = 4;

    private readonly int _overlap = patterns.Max(pattern => pattern.Bytes.Length) - 1;

    /// <summary>What was read.</summary>
    internal List<string> Files { get; } = [];

    /// <summary>What was found, of each pattern and file the first places.</summary>
    internal List<FoundSecret> Found { get; } = [];

    /// <summary>How many bytes were read.</summary>
    internal long ReadBytes { get; private set; }

    /// <summary>Reads a stream to its end.</summary>
    internal async Task ReadAsync(Stream stream, string file, CancellationToken cancellationToken)
    {
        Files.Add(file);
        ReadBytes += await BlockReader.ReadAsync(
            stream, _overlap, (offset, block) => Look(file, offset, block.Span), cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Reads a part of a snapshot.</summary>
    internal async Task ReadAsync(SnapshotPart part, string file, CancellationToken cancellationToken)
    {
        Files.Add(file);
        ReadBytes += await BlockReader.ReadAsync(
            part, _overlap, (offset, block) => Look(file, offset, block.Span), cancellationToken)
            .ConfigureAwait(false);
    }

    private void Look(string file, long offset, ReadOnlySpan<byte> block)
    {
        foreach (SecretPattern pattern in patterns)
        {
            int places = Found.Count(f => f.Name == pattern.Name && f.Form == pattern.Form && f.File == file);
            int from = 0;
            int at;
            while (places < PlacesMax && (at = block[from..].IndexOf(pattern.Bytes)) >= 0)
            {
                FoundSecret found = new(pattern.Name, pattern.Form, file, offset + from + at);
                // What lies in the overlap is seen twice.
                if (!Found.Contains(found))
                {
                    Found.Add(found);
                    places++;
                }
                from += at + 1;
            }
        }
    }
}
