using System.Buffers.Binary;

namespace Thaw.Store;

/// <summary>The first 64 bytes of an export file (docs/formats/chunk-store.md).</summary>
/// <param name="HasPassphrase">Whether data keys are in the file, wrapped under a passphrase.</param>
/// <param name="Iterations">Of the passphrase's derivation.</param>
/// <param name="Salt">Of the passphrase's derivation.</param>
/// <param name="Leaf">The layer that was exported.</param>
/// <param name="LayerCount">Layers in the file: the leaf and its ancestors.</param>
/// <param name="ChunkCount">Chunks in the file.</param>
internal sealed record ExportPrelude(
    bool HasPassphrase, int Iterations, byte[] Salt, LayerId Leaf, int LayerCount, long ChunkCount)
{
    internal const int Bytes = 64;
    internal const ushort FormatVersion = 1;

    internal static ReadOnlySpan<byte> Magic => "THAWXPRT"u8;

    internal byte[] Encode()
    {
        FieldWriter writer = new();
        writer.Bytes(Magic);
        writer.UInt16(FormatVersion);
        writer.UInt16(HasPassphrase ? (ushort)1 : (ushort)0);
        writer.UInt32((uint)Iterations);
        writer.Bytes(Salt);
        Span<byte> leaf = stackalloc byte[LayerId.Bytes];
        Leaf.Write(leaf);
        writer.Bytes(leaf);
        writer.UInt32((uint)LayerCount);
        writer.UInt32(0);
        writer.UInt64((ulong)ChunkCount);
        return writer.ToArray();
    }

    /// <exception cref="ExportException">Not an export of this version, or absurd numbers.</exception>
    internal static ExportPrelude Decode(ReadOnlySpan<byte> bytes)
    {
        ushort version = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]);
        if (!bytes.StartsWith(Magic) || version != FormatVersion)
        {
            throw new ExportException(
                ExportFault.Unsupported,
                bytes.StartsWith(Magic)
                    ? $"The export has format {version}, this build reads {FormatVersion}."
                    : "The file does not begin as an export.");
        }
        FieldReader reader = new(bytes[10..]);
        ushort protection = reader.UInt16();
        uint iterations = reader.UInt32();
        byte[] salt = reader.Bytes(TransferKey.SaltBytes).ToArray();
        LayerId leaf = LayerId.Read(reader.Bytes(LayerId.Bytes));
        uint layers = reader.UInt32();
        uint reserved = reader.UInt32();
        ulong chunks = reader.UInt64();
        bool isGood = protection <= 1 && reserved == 0
            && (protection == 0 ? iterations == 0
                : iterations is >= TransferKey.IterationsMin and <= TransferKey.IterationsMax)
            && layers is > 0 and <= StoreLimits.LayersPerExportMax
            && chunks <= (ulong)layers * StoreLimits.ChunksPerLayerMax;
        return isGood
            ? new ExportPrelude(protection == 1, (int)iterations, salt, leaf, (int)layers, (long)chunks)
            : throw new ExportException(
                ExportFault.Malformed,
                $"The export claims {layers} layers, {chunks} chunks, protection {protection} by {iterations} rounds.");
    }
}
