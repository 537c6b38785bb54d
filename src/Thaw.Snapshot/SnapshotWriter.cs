using System.Buffers.Binary;

namespace Thaw.Snapshot;

/// <summary>Collects a state file's sections and writes them, in the order added.</summary>
public sealed class SnapshotWriter
{
    private readonly List<SnapshotSection> _sections = [];
    private readonly HashSet<SectionId> _ids = [];

    /// <summary>Starts an empty snapshot.</summary>
    public SnapshotWriter(SnapshotKind kind, SnapshotId id)
    {
        Kind = kind;
        Id = id;
    }

    /// <summary>Full or diff.</summary>
    public SnapshotKind Kind { get; }

    /// <summary>The snapshot's identity.</summary>
    public SnapshotId Id { get; }

    /// <summary>Adds a state under its own version.</summary>
    /// <exception cref="SnapshotException">The id is taken or a bound exceeded.</exception>
    public void Add<TState>(SectionId id, TState state, SectionFlags flags = SectionFlags.None)
        where TState : ISnapshotState<TState>
    {
        StateWriter writer = new();
        state.Encode(writer);
        Add(id, TState.StateVersion, writer.ToMemory(), flags);
    }

    /// <summary>Adds raw bytes, such as a KVM structure in the kernel's ABI.</summary>
    /// <exception cref="SnapshotException">The id is taken or a bound exceeded.</exception>
    public void Add(SectionId id, ushort version, ReadOnlyMemory<byte> body, SectionFlags flags = SectionFlags.None)
    {
        if (id.Value.Length == 0)
        {
            throw new ArgumentException("A section needs an id.", nameof(id));
        }

        if (_sections.Count == SnapshotLimits.SectionCountMax || body.Length > SnapshotLimits.SectionBytesMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"Section {id} has {body.Length} bytes and is number {_sections.Count + 1}, the bounds are "
                + $"{SnapshotLimits.SectionBytesMax} and {SnapshotLimits.SectionCountMax}.");
        }

        if (!_ids.Add(id))
        {
            throw new SnapshotException(SnapshotFault.DuplicateSection, $"Section {id} was added twice.");
        }

        _sections.Add(new SnapshotSection(id, version, flags, body));
    }

    /// <summary>Writes the state file. The stream need not seek.</summary>
    /// <exception cref="SnapshotException">The file would be larger than its bound.</exception>
    /// <exception cref="IOException">The stream failed.</exception>
    public void WriteTo(Stream stream)
    {
        long fileBytes = SnapshotAbi.HeaderBytes + _sections.Sum(section => section.FileBytes());
        if (fileBytes > SnapshotLimits.FileBytesMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"State file would have {fileBytes} bytes, the bound is {SnapshotLimits.FileBytesMax}.");
        }

        Span<byte> header = stackalloc byte[SnapshotAbi.HeaderBytes];
        new SnapshotHeader(Kind, Id, _sections.Count, fileBytes).Encode(header);
        stream.Write(header);
        foreach (SnapshotSection section in _sections)
        {
            WriteSection(stream, section);
        }
    }

    private static void WriteSection(Stream stream, SnapshotSection section)
    {
        byte[] id = section.Id.ToBytes();
        byte[] head = new byte[SnapshotAbi.SectionHeaderBytes + id.Length + SnapshotSection.Padding(id.Length)];
        BinaryPrimitives.WriteUInt16LittleEndian(head, (ushort)id.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head.AsSpan(2), section.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(4), (uint)section.Flags);
        BinaryPrimitives.WriteUInt64LittleEndian(head.AsSpan(8), (ulong)section.Body.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(16), Crc32C.Compute(section.Body.Span));
        id.CopyTo(head, SnapshotAbi.SectionHeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(20), HeadChecksum(head, id.Length));
        stream.Write(head);
        stream.Write(section.Body.Span);
        stream.Write(stackalloc byte[SnapshotSection.Padding(section.Body.Length)]);
    }

    // Over everything of the section header but the checksum itself.
    internal static uint HeadChecksum(ReadOnlySpan<byte> head, int idBytes)
    {
        Crc32C crc = default;
        crc.Append(head[..20]);
        crc.Append(head.Slice(SnapshotAbi.SectionHeaderBytes, idBytes));
        return crc.Value;
    }
}
