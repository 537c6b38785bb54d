using System.Buffers.Binary;

namespace Thaw.Snapshot;

/// <summary>The first 64 bytes of a state file, readable without decoding anything else.</summary>
/// <param name="Kind">Full or diff.</param>
/// <param name="Id">The snapshot's identity.</param>
/// <param name="SectionCount">Number of sections.</param>
/// <param name="FileBytes">Length of the whole state file.</param>
public sealed record SnapshotHeader(SnapshotKind Kind, SnapshotId Id, int SectionCount, long FileBytes)
{
    /// <summary>Version of header and section framing.</summary>
    public ushort FormatVersion { get; init; } = SnapshotAbi.FormatVersion;

    /// <summary>Version of what the sections mean together.</summary>
    public ushort StateAbiVersion { get; init; } = SnapshotAbi.StateAbiVersion;

    /// <summary>Version of the memory file's layout.</summary>
    public ushort MemoryEncodingVersion { get; init; } = SnapshotAbi.MemoryEncodingVersion;

    /// <summary>Reads and checks a header from the start of a state file, versions included.</summary>
    /// <exception cref="SnapshotException">It is not a header that this build reads.</exception>
    public static SnapshotHeader Read(Stream stream)
    {
        Span<byte> bytes = stackalloc byte[SnapshotAbi.HeaderBytes];
        int count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        SnapshotHeader header = Decode(bytes[..count]);
        header.RequireSupported();
        return header;
    }

    /// <summary>
    /// Decodes a header of any version whose first 64 bytes mean the same; does not judge its versions.
    /// </summary>
    /// <exception cref="SnapshotException">It is not a header, or a damaged one.</exception>
    public static SnapshotHeader Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= sizeof(ulong) && BinaryPrimitives.ReadUInt64LittleEndian(bytes) != SnapshotAbi.Magic)
        {
            throw new SnapshotException(
                SnapshotFault.BadMagic,
                $"File starts with {BinaryPrimitives.ReadUInt64LittleEndian(bytes):x16}, "
                + $"a snapshot state file starts with {SnapshotAbi.Magic:x16}.");
        }

        if (bytes.Length < SnapshotAbi.HeaderBytes)
        {
            throw new SnapshotException(
                SnapshotFault.Truncated,
                $"State file has {bytes.Length} bytes, its header alone has {SnapshotAbi.HeaderBytes}.");
        }

        uint stored = BinaryPrimitives.ReadUInt32LittleEndian(bytes[60..]);
        uint computed = Crc32C.Compute(bytes[..60]);
        if (stored != computed)
        {
            throw new SnapshotException(
                SnapshotFault.ChecksumMismatch,
                $"Snapshot header has checksum {computed:x8}, the file says {stored:x8}.");
        }

        return DecodeChecked(bytes);
    }

    /// <summary>Encodes the header into <see cref="SnapshotAbi.HeaderBytes"/> bytes.</summary>
    public void Encode(Span<byte> bytes)
    {
        bytes[..SnapshotAbi.HeaderBytes].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, SnapshotAbi.Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[8..], SnapshotAbi.HeaderBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[10..], FormatVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[12..], StateAbiVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[14..], MemoryEncodingVersion);
        bytes[16] = (byte)Kind;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], (uint)SectionCount);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], FileBytes);
        Id.CopyTo(bytes[32..]);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[60..], Crc32C.Compute(bytes[..60]));
    }

    /// <summary>Refuses versions that this build does not read.</summary>
    /// <exception cref="SnapshotException">A version counter differs; the message has both.</exception>
    public void RequireSupported()
    {
        RequireVersion("format", FormatVersion, SnapshotAbi.FormatVersion);
        RequireVersion("state ABI", StateAbiVersion, SnapshotAbi.StateAbiVersion);
        RequireVersion("memory encoding", MemoryEncodingVersion, SnapshotAbi.MemoryEncodingVersion);
    }

    private static void RequireVersion(string what, ushort snapshot, ushort supported)
    {
        if (snapshot != supported)
        {
            throw new SnapshotException(
                SnapshotFault.UnsupportedVersion,
                $"Snapshot {what} version is {snapshot}, this monitor reads version {supported}.");
        }
    }

    private static SnapshotHeader DecodeChecked(ReadOnlySpan<byte> bytes)
    {
        ushort headerBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        SnapshotKind kind = (SnapshotKind)bytes[16];
        bool reservedIsZero =
            bytes[17..20].IndexOfAnyExcept((byte)0) < 0 && bytes[48..60].IndexOfAnyExcept((byte)0) < 0;
        if (headerBytes != SnapshotAbi.HeaderBytes || !Enum.IsDefined(kind) || !reservedIsZero)
        {
            throw new SnapshotException(
                SnapshotFault.Malformed,
                $"Snapshot header has size {headerBytes} and kind {bytes[16]}, or reserved bytes that are not zero.");
        }

        uint sections = BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]);
        long fileBytes = BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]);
        if (sections > SnapshotLimits.SectionCountMax || fileBytes is < 0 or > SnapshotLimits.FileBytesMax)
        {
            throw new SnapshotException(
                SnapshotFault.LimitExceeded,
                $"Snapshot claims {sections} sections in {fileBytes} bytes, the bounds are "
                + $"{SnapshotLimits.SectionCountMax} and {SnapshotLimits.FileBytesMax}.");
        }

        return new SnapshotHeader(kind, SnapshotId.FromBytes(bytes[32..48]), (int)sections, fileBytes)
        {
            FormatVersion = BinaryPrimitives.ReadUInt16LittleEndian(bytes[10..]),
            StateAbiVersion = BinaryPrimitives.ReadUInt16LittleEndian(bytes[12..]),
            MemoryEncodingVersion = BinaryPrimitives.ReadUInt16LittleEndian(bytes[14..]),
        };
    }
}
