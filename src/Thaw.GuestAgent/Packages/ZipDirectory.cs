using System.Buffers.Binary;
using System.Text;

namespace Thaw.GuestAgent.Packages;

/// <summary>Reads a zip file's central directory (PKWARE APPNOTE 6.3.10), zip64 included, within bounds.</summary>
internal static class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint End64LocatorSignature = 0x07064b50;
    private const uint EntrySignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndBytes = 22;
    private const int End64Bytes = 56;
    private const int End64LocatorBytes = 20;
    private const int EntryBytes = 46;
    private const int LocalBytes = 30;
    private const int CommentBytesMax = 65_535;
    private const ushort Zip64ExtraId = 1;

    private static readonly UTF8Encoding s_strictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Reads all entries.</summary>
    /// <exception cref="PackageException">It is not a zip file, or breaks a bound.</exception>
    internal static List<ZipEntry> Read(FileWindow file)
    {
        (long offset, long size, long count) = FindDirectory(file);
        if (count > AgentLimits.PackageEntriesMax)
        {
            throw new PackageException(
                $"The package has {count} entries; at most {AgentLimits.PackageEntriesMax} are taken");
        }
        if (size > AgentLimits.PackageDirectoryBytesMax)
        {
            throw new PackageException($"The package's directory has {size} bytes, beyond the limit");
        }
        byte[] directory = new byte[size];
        file.Read(offset, directory);
        List<ZipEntry> entries = new((int)count);
        ReadOnlySpan<byte> rest = directory;
        while (entries.Count < count)
        {
            entries.Add(ReadEntry(ref rest));
        }
        return entries;
    }

    /// <summary>Where an entry's bytes begin: behind its local header.</summary>
    /// <exception cref="PackageException">There is no local header, or the bytes run beyond the package.</exception>
    internal static long DataOffset(FileWindow file, ZipEntry entry)
    {
        Span<byte> header = stackalloc byte[LocalBytes];
        file.Read(entry.HeaderOffset, header);
        if (BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalSignature)
        {
            throw new PackageException("The package is damaged: a local header is missing", entry.Name);
        }
        long offset = entry.HeaderOffset + LocalBytes + BinaryPrimitives.ReadUInt16LittleEndian(header[26..])
            + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        return entry.PackedBytes <= file.SizeBytes - offset
            ? offset : throw new PackageException("The package is damaged: an entry runs beyond its end", entry.Name);
    }

    private static (long Offset, long Size, long Count) FindDirectory(FileWindow file)
    {
        int tailBytes = (int)Math.Min(file.SizeBytes, EndBytes + CommentBytesMax);
        byte[] tail = new byte[tailBytes];
        file.Read(file.SizeBytes - tailBytes, tail);
        for (int at = tailBytes - EndBytes; at >= 0; at--)
        {
            ReadOnlySpan<byte> end = tail.AsSpan(at);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) == EndSignature
                && BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) == end.Length - EndBytes)
            {
                return ReadEnd(file, end, file.SizeBytes - tailBytes + at);
            }
        }
        throw new PackageException("The package is not a zip file: it has no end of central directory");
    }

    private static (long Offset, long Size, long Count) ReadEnd(FileWindow file, ReadOnlySpan<byte> end, long endOffset)
    {
        if (BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) is not (0 or ushort.MaxValue))
        {
            throw new PackageException("The package is one part of several; it must be a single zip file");
        }
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        if (count != ushort.MaxValue && size != uint.MaxValue && offset != uint.MaxValue)
        {
            return (offset, size, count);
        }
        if (endOffset < End64LocatorBytes)
        {
            return (offset, size, count);
        }
        Span<byte> locator = stackalloc byte[End64LocatorBytes];
        file.Read(endOffset - End64LocatorBytes, locator);
        if (BinaryPrimitives.ReadUInt32LittleEndian(locator) != End64LocatorSignature)
        {
            return (offset, size, count);
        }
        Span<byte> end64 = stackalloc byte[End64Bytes];
        file.Read(BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), end64);
        if (BinaryPrimitives.ReadUInt32LittleEndian(end64) != End64Signature)
        {
            throw new PackageException("The package is damaged: its zip64 end record is missing");
        }
        return (
            NotNegative(BinaryPrimitives.ReadInt64LittleEndian(end64[48..])),
            NotNegative(BinaryPrimitives.ReadInt64LittleEndian(end64[40..])),
            NotNegative(BinaryPrimitives.ReadInt64LittleEndian(end64[32..])));
    }

    private static ZipEntry ReadEntry(ref ReadOnlySpan<byte> rest)
    {
        if (rest.Length < EntryBytes || BinaryPrimitives.ReadUInt32LittleEndian(rest) != EntrySignature)
        {
            throw new PackageException("The package is damaged: its directory ends too early");
        }
        int nameBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[28..]);
        int extraBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[30..]);
        int commentBytes = BinaryPrimitives.ReadUInt16LittleEndian(rest[32..]);
        if (rest.Length < EntryBytes + nameBytes + extraBytes + commentBytes)
        {
            throw new PackageException("The package is damaged: its directory ends within an entry");
        }
        string name = DecodeName(rest.Slice(EntryBytes, nameBytes));
        long packed = BinaryPrimitives.ReadUInt32LittleEndian(rest[20..]);
        long unpacked = BinaryPrimitives.ReadUInt32LittleEndian(rest[24..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(rest[42..]);
        ReadZip64(rest.Slice(EntryBytes + nameBytes, extraBytes), ref unpacked, ref packed, ref offset);
        ZipEntry entry = new()
        {
            Name = name,
            MadeBy = rest[5],
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(rest[8..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(rest[10..]),
            Checksum = BinaryPrimitives.ReadUInt32LittleEndian(rest[16..]),
            PackedBytes = packed,
            UnpackedBytes = unpacked,
            HeaderOffset = offset,
            Attributes = BinaryPrimitives.ReadUInt32LittleEndian(rest[38..]),
        };
        rest = rest[(EntryBytes + nameBytes + extraBytes + commentBytes)..];
        return entry;
    }

    /// <summary>The zip64 extra field has the values that did not fit, in this order.</summary>
    private static void ReadZip64(ReadOnlySpan<byte> extra, ref long unpacked, ref long packed, ref long offset)
    {
        while (extra.Length >= 4)
        {
            int id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
            int size = BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]);
            if (size > extra.Length - 4)
            {
                return;
            }
            if (id == Zip64ExtraId)
            {
                ReadOnlySpan<byte> values = extra.Slice(4, size);
                TakeZip64(ref values, ref unpacked);
                TakeZip64(ref values, ref packed);
                TakeZip64(ref values, ref offset);
                return;
            }
            extra = extra[(4 + size)..];
        }
    }

    private static void TakeZip64(ref ReadOnlySpan<byte> values, ref long value)
    {
        if (value == uint.MaxValue && values.Length >= 8)
        {
            value = NotNegative(BinaryPrimitives.ReadInt64LittleEndian(values));
            values = values[8..];
        }
    }

    private static long NotNegative(long value) =>
        value >= 0 ? value : throw new PackageException("The package is damaged: a size or an offset is negative");

    private static string DecodeName(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > AgentLimits.PackagePathBytesMax)
        {
            throw new PackageException($"A path in the package has {bytes.Length} bytes, beyond the limit");
        }
        try
        {
            return s_strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            // Old tools write the machine's own character set, which nothing names; Latin-1 loses no byte.
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
