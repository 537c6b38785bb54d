using System.Buffers.Binary;

namespace Thaw.Images.Kernels;

/// <summary>
/// Finds the compressed ELF kernel inside a bzImage (Documentation/arch/x86/boot.rst).
/// </summary>
public static class BzImage
{
    /// <summary>Upper bound for a bzImage; Debian's has 8 to 15 MB.</summary>
    public const long SizeMax = 256L << 20;

    private const int SetupSectorsOffset = 0x1f1;
    private const int MagicOffset = 0x202;
    private const int VersionOffset = 0x206;
    private const int PayloadOffsetOffset = 0x248;
    private const int PayloadLengthOffset = 0x24c;
    private const int HeaderEnd = 0x250;
    private const int SectorSize = 512;
    private const int SetupSectorsDefault = 4;
    private const int VersionWithPayload = 0x0208;
    private const int UnpackedSizeLength = 4;

    /// <summary>Gives the zstd frame that holds the ELF kernel.</summary>
    /// <param name="image">The whole file.</param>
    /// <param name="name">What the caller calls the file, for messages.</param>
    /// <exception cref="ImageException">The file is cut short, not a bzImage, or packed in another way.</exception>
    public static ReadOnlyMemory<byte> FindZstdPayload(ReadOnlyMemory<byte> image, string name)
    {
        ReadOnlySpan<byte> bytes = image.Span;
        if (bytes.Length < HeaderEnd)
        {
            throw new ImageException($"{name} is cut short: {bytes.Length} bytes, a setup header ends at {HeaderEnd}.");
        }

        if (!bytes.Slice(MagicOffset, 4).SequenceEqual("HdrS"u8))
        {
            throw new ImageException($"{name} is not a bzImage: there is no 'HdrS' at offset 0x{MagicOffset:x}.");
        }

        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[VersionOffset..]);
        if (version < VersionWithPayload)
        {
            throw new ImageException(
                $"{name} has boot protocol 0x{version:x}; the payload is named from 0x{VersionWithPayload:x} on.");
        }

        int sectors = bytes[SetupSectorsOffset] == 0 ? SetupSectorsDefault : bytes[SetupSectorsOffset];
        long start = ((sectors + 1L) * SectorSize)
            + BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadOffsetOffset..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(bytes[PayloadLengthOffset..]);
        if (length <= UnpackedSizeLength || start + length > bytes.Length)
        {
            throw new ImageException(
                $"{name} is cut short: its payload is {length} bytes at {start}, the file has {bytes.Length}.");
        }

        ReadOnlyMemory<byte> payload = image.Slice((int)start, (int)length - UnpackedSizeLength);
        if (!payload.Span.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]))
        {
            throw new ImageException($"{name} is not packed with zstd but with {NameOf(payload.Span)}.");
        }

        return payload;
    }

    /// <summary>Fails unless <paramref name="header"/> begins a 64-bit x86-64 ELF file.</summary>
    public static void RequireElf(ReadOnlySpan<byte> header, string name)
    {
        const int machineOffset = 18;
        const ushort machineX64 = 62;
        if (header.Length < machineOffset + 2 || !header.StartsWith("\u007fELF"u8) || header[4] != 2
            || BinaryPrimitives.ReadUInt16LittleEndian(header[machineOffset..]) != machineX64)
        {
            throw new ImageException($"{name} does not hold a 64-bit x86-64 ELF kernel.");
        }
    }

    private static string NameOf(ReadOnlySpan<byte> payload) => payload switch
    {
        [0x1f, 0x8b, ..] => "gzip",
        [0xfd, (byte)'7', (byte)'z', ..] => "xz",
        [0x02, 0x21, 0x4c, 0x18, ..] => "lz4",
        [0x89, (byte)'L', (byte)'Z', (byte)'O', ..] => "lzo",
        _ => "something unknown (" + Convert.ToHexStringLower(payload[..Math.Min(4, payload.Length)]) + ")",
    };
}
