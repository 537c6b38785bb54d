using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Thaw.Store;

namespace Thaw.Pager.WorkingSets;

/// <summary>Keeps the working set of a memory file in a folder, under a name made from the memory's.</summary>
internal sealed class FileWorkingSetStore : IWorkingSetStore
{
    private const int SpanBytes = 8;
    private static readonly byte[] s_magic = [.. "THAWPWS\u0001"u8];

    private readonly string _path;

    internal FileWorkingSetStore(string folder, string name) => _path = Path.Combine(
        folder, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 16)) + ".ws");

    /// <summary>The file is on this machine: nothing comes quicker from another.</summary>
    public bool KeepsPages => false;

    public ValueTask<WorkingSetPages?> OpenPagesAsync(CancellationToken cancellationToken) =>
        new((WorkingSetPages?)null);

    public ValueTask SavePagesAsync(
        IReadOnlyList<uint> pages, PageCopy read, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public async ValueTask<IReadOnlyList<PageSpan>> LoadAsync(CancellationToken cancellationToken)
    {
        FileInfo file = new(_path);
        long bytesMax = s_magic.Length + ((long)SpanBytes * PagerLimits.WorkingSetRangesMax);
        if (!file.Exists || file.Length > bytesMax)
        {
            return [];
        }
        byte[] content = await File.ReadAllBytesAsync(_path, cancellationToken).ConfigureAwait(false);
        if (!content.AsSpan().StartsWith(s_magic) || (content.Length - s_magic.Length) % SpanBytes != 0)
        {
            return [];
        }
        List<PageSpan> spans = [];
        for (int at = s_magic.Length; at < content.Length; at += SpanBytes)
        {
            spans.Add(new PageSpan(
                BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at)),
                BinaryPrimitives.ReadUInt32LittleEndian(content.AsSpan(at + 4))));
        }
        return spans;
    }

    public async ValueTask SaveAsync(IReadOnlyList<PageSpan> spans, CancellationToken cancellationToken)
    {
        byte[] content = new byte[s_magic.Length + (SpanBytes * spans.Count)];
        s_magic.CopyTo(content, 0);
        for (int i = 0; i < spans.Count; i++)
        {
            Span<byte> place = content.AsSpan(s_magic.Length + (SpanBytes * i));
            BinaryPrimitives.WriteUInt32LittleEndian(place, spans[i].First);
            BinaryPrimitives.WriteUInt32LittleEndian(place[4..], spans[i].Count);
        }
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        string temporary = $"{_path}.{Environment.ProcessId}.tmp";
        await File.WriteAllBytesAsync(temporary, content, cancellationToken).ConfigureAwait(false);
        File.Move(temporary, _path, overwrite: true);
    }
}
