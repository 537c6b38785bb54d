using System.Buffers.Binary;

namespace Thaw.Snapshot;

/// <summary>
/// A state file, read whole and verified: magic, versions, every checksum, every bound. Take the sections that you
/// know, then
/// call <see cref="RequireAllTaken"/>.
/// </summary>
public sealed class SnapshotReader
{
    private readonly Dictionary<SectionId, SnapshotSection> _sections;
    private readonly HashSet<SectionId> _taken = [];

    private SnapshotReader(SnapshotHeader header, Dictionary<SectionId, SnapshotSection> sections)
    {
        Header = header;
        _sections = sections;
    }

    /// <summary>The file's header.</summary>
    public SnapshotHeader Header { get; }

    /// <summary>The sections, taken or not, in no particular order.</summary>
    public IReadOnlyCollection<SnapshotSection> Sections => _sections.Values;

    /// <summary>Reads the state file at <paramref name="path"/>.</summary>
    /// <exception cref="SnapshotException">The file is refused.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SnapshotReader Open(string path)
    {
        using FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        return Read(stream);
    }

    /// <summary>Reads a state file from its start to its end.</summary>
    /// <exception cref="SnapshotException">The file is refused.</exception>
    public static SnapshotReader Read(Stream stream)
    {
        SnapshotHeader header = SnapshotHeader.Read(stream);
        Dictionary<SectionId, SnapshotSection> sections = [];
        long left = header.FileBytes - SnapshotAbi.HeaderBytes;
        for (int i = 0; i < header.SectionCount; i++)
        {
            SnapshotSection section = ReadSection(stream, ref left);
            if (!sections.TryAdd(section.Id, section))
            {
                throw new SnapshotException(
                    SnapshotFault.DuplicateSection, $"Snapshot has section {section.Id} twice.");
            }
        }

        Span<byte> behind = stackalloc byte[1];
        if (left != 0 || stream.Read(behind) != 0)
        {
            throw new SnapshotException(
                SnapshotFault.TrailingData,
                $"State file goes on behind its {header.SectionCount} sections; its header says {header.FileBytes} "
                + "bytes.");
        }

        return new SnapshotReader(header, sections);
    }

    /// <summary>Whether the snapshot has a section <paramref name="id"/>.</summary>
    public bool Contains(SectionId id) => _sections.ContainsKey(id);

    /// <summary>Ids at or below <paramref name="parent"/> (<c>dev/virtio-blk</c>), in ordinal order.</summary>
    public IReadOnlyList<SectionId> IdsUnder(SectionId parent) =>
        [.. _sections.Keys
            .Where(id => id == parent || id.Value.StartsWith(parent.Value + "/", StringComparison.Ordinal))
            .OrderBy(id => id.Value, StringComparer.Ordinal)];

    /// <summary>Takes a section that must be there.</summary>
    /// <exception cref="SnapshotException">It is not.</exception>
    public SnapshotSection Take(SectionId id) => TryTake(id, out SnapshotSection? section)
        ? section
        : throw new SnapshotException(
            SnapshotFault.MissingSection,
            $"Snapshot has no section {id}, which this monitor needs.");

    /// <summary>Takes a section if it is there.</summary>
    public bool TryTake(SectionId id, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out SnapshotSection? section)
    {
        _taken.Add(id);
        return _sections.TryGetValue(id, out section);
    }

    /// <summary>Takes and decodes a section that must be there.</summary>
    /// <exception cref="SnapshotException">It is missing, of a later version, or malformed.</exception>
    public TState Take<TState>(SectionId id)
        where TState : ISnapshotState<TState>
    {
        SnapshotSection section = Take(id);
        if (section.Version == 0 || section.Version > TState.StateVersion)
        {
            throw new SnapshotException(
                SnapshotFault.UnsupportedVersion,
                $"Snapshot section {id} is of version {section.Version}, "
                + $"this monitor reads up to {TState.StateVersion}.");
        }

        StateReader reader = section.OpenReader();
        TState state = TState.Decode(reader, section.Version);
        reader.RequireEnd();
        return state;
    }

    /// <summary>
    /// Refuses the snapshot when a section that is not optional was not taken: something would be lost.
    /// </summary>
    /// <exception cref="SnapshotException">There is such a section.</exception>
    public void RequireAllTaken()
    {
        foreach (SnapshotSection section in _sections.Values)
        {
            if (!_taken.Contains(section.Id) && !section.Flags.HasFlag(SectionFlags.Optional))
            {
                throw new SnapshotException(
                    SnapshotFault.UnknownSection,
                    $"Snapshot has section {section.Id}, which this monitor does not know.");
            }
        }
    }

    private static SnapshotSection ReadSection(Stream stream, ref long left)
    {
        byte[] head = new byte[SnapshotAbi.SectionHeaderBytes
            + SnapshotLimits.SectionIdBytesMax + SnapshotAbi.SectionAlignment];
        ReadExactly(stream, head.AsSpan(0, SnapshotAbi.SectionHeaderBytes), "a section header", ref left);
        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(head);
        ulong bodyBytes = BinaryPrimitives.ReadUInt64LittleEndian(head.AsSpan(8));
        if (idBytes is 0 or > SnapshotLimits.SectionIdBytesMax || bodyBytes > SnapshotLimits.SectionBytesMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"Snapshot has a section with an id of {idBytes} and a body of {bodyBytes} bytes, the bounds are "
                + $"{SnapshotLimits.SectionIdBytesMax} and {SnapshotLimits.SectionBytesMax}.");
        }

        int idPadded = idBytes + SnapshotSection.Padding(idBytes);
        Span<byte> idArea = head.AsSpan(SnapshotAbi.SectionHeaderBytes, idPadded);
        ReadExactly(stream, idArea, "a section id", ref left);
        RequireChecksum(
            "section header",
            BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(20)),
            SnapshotWriter.HeadChecksum(head, idBytes));
        RequireZero(idArea[idBytes..]);
        SectionId id = SectionId.FromBytes(idArea[..idBytes]);
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(4));
        if ((flags & ~(uint)SectionFlags.Optional) != 0)
        {
            throw new SnapshotException(
                SnapshotFault.Malformed,
                $"Snapshot section {id} has flags {flags:x}, this monitor knows {(uint)SectionFlags.Optional:x}.");
        }

        byte[] body = ReadBody(stream, id, (int)bodyBytes, ref left);
        uint bodyChecksum = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(16));
        RequireChecksum($"section {id}", bodyChecksum, Crc32C.Compute(body));
        return new SnapshotSection(
            id, BinaryPrimitives.ReadUInt16LittleEndian(head.AsSpan(2)), (SectionFlags)flags, body);
    }

    private static byte[] ReadBody(Stream stream, SectionId id, int length, ref long left)
    {
        if (length > left)
        {
            throw Truncated($"section {id} of {length} bytes", left);
        }

        byte[] body = new byte[length];
        ReadExactly(stream, body, $"section {id}", ref left);
        Span<byte> padding = stackalloc byte[SnapshotSection.Padding(length)];
        ReadExactly(stream, padding, $"padding of section {id}", ref left);
        RequireZero(padding);
        return body;
    }

    private static void ReadExactly(Stream stream, Span<byte> buffer, string what, ref long left)
    {
        if (buffer.Length > left)
        {
            throw Truncated(what, left);
        }

        int count = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (count < buffer.Length)
        {
            throw Truncated(what, left);
        }

        left -= buffer.Length;
    }

    private static SnapshotException Truncated(string what, long left) => new(
        SnapshotFault.Truncated,
        $"State file ends within {what}; its header leaves {left} bytes there.");

    private static void RequireChecksum(string what, uint stored, uint computed)
    {
        if (stored != computed)
        {
            throw new SnapshotException(
                SnapshotFault.ChecksumMismatch,
                $"Snapshot {what} has checksum {computed:x8}, the file says {stored:x8}.");
        }
    }

    private static void RequireZero(ReadOnlySpan<byte> padding)
    {
        if (padding.IndexOfAnyExcept((byte)0) >= 0)
        {
            throw new SnapshotException(SnapshotFault.Malformed, "Snapshot has padding that is not zero.");
        }
    }
}
