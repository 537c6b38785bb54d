using System.Globalization;
using System.Text;
using Thaw.Snapshot;

namespace Thaw.Monitor;

/// <summary>Says what a snapshot state file is, for <c>--describe-snapshot</c>.</summary>
internal static class SnapshotDescription
{
    /// <summary>The version on the first line; then kind, id, host, memory and sections.</summary>
    /// <exception cref="SnapshotException">It is not a state file, or a damaged one.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    internal static string Describe(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        byte[] head = new byte[SnapshotAbi.HeaderBytes];
        int count = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        SnapshotHeader header = SnapshotHeader.Decode(head.AsSpan(0, count));
        StringBuilder text = new();
        string version = $"{header.FormatVersion}.{header.StateAbiVersion}.{header.MemoryEncodingVersion}";
        Add(text, $"v{version}");
        Add(text, $"kind: {(header.Kind == SnapshotKind.Diff ? "diff" : "full")}");
        Add(text, $"id: {header.Id}");
        if (version == MonitorVersion.Snapshot)
        {
            file.Position = 0;
            DescribeSections(text, SnapshotReader.Read(file));
        }

        return text.ToString();
    }

    private static void DescribeSections(StringBuilder text, SnapshotReader reader)
    {
        if (reader.Contains(SectionId.HostFingerprint))
        {
            HostFingerprint host = reader.Take<HostFingerprint>(SectionId.HostFingerprint);
            Add(text, $"host: {host.Architecture}, {host.CpuVendor}, kernel {host.KernelRelease}");
        }

        if (reader.Contains(SectionId.MemoryManifest))
        {
            MemoryManifest memory = reader.Take<MemoryManifest>(SectionId.MemoryManifest);
            Add(text, $"memory: {memory.GuestBytes} bytes, {memory.PresentPages} pages present, base {memory.BaseId}");
        }

        foreach (SnapshotSection section in reader.Sections.OrderBy(s => s.Id.Value, StringComparer.Ordinal))
        {
            string optional = section.Flags.HasFlag(SectionFlags.Optional) ? ", optional" : "";
            Add(text, $"section {section.Id}: version {section.Version}, {section.Body.Length} bytes{optional}");
        }
    }

    private static void Add(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
