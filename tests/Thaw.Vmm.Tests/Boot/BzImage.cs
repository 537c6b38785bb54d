using System.Buffers.Binary;

namespace Thaw.Vmm.Tests.Boot;

/// <summary>Makes a bzImage for tests, by Documentation/arch/x86/boot.rst.</summary>
internal sealed class BzImage
{
    internal const int SetupHeaderAt = 0x1f1;

    /// <summary>Where the setup header of protocol 2.15 ends: 0x202 and the jump's offset at 0x201.</summary>
    internal const int SetupHeaderEnd = 0x26c;

    internal byte SetupSectors { get; init; } = 39;

    internal ushort Version { get; init; } = 0x020f;

    internal ushort XLoadFlags { get; init; } = 0x7f;

    internal byte LoadFlags { get; init; } = 1;

    internal byte HeaderEnd { get; init; } = SetupHeaderEnd - 0x202;

    internal ulong PreferredAddress { get; init; } = 0x100_0000;

    internal uint InitBytes { get; init; } = 0x20_0000;

    /// <summary>What is at the preferred address; a multiple of 16 bytes, which syssize counts.</summary>
    internal byte[] Code { get; init; } = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 7 + 1))];

    /// <summary>What stands behind the code, as a signature does.</summary>
    internal byte[] Trailer { get; init; } = [];

    internal byte[] ToArray()
    {
        int sectors = SetupSectors == 0 ? 4 : SetupSectors;
        byte[] setup = new byte[(sectors + 1) * 512];
        // The real-mode code around the header, which nobody may take for fields.
        setup.AsSpan().Fill(0xee);
        Span<byte> at = setup;
        at[SetupHeaderAt..SetupHeaderEnd].Clear();
        at[SetupHeaderAt] = SetupSectors;
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x1f4..], (uint)(Code.Length / 16));
        BinaryPrimitives.WriteUInt16LittleEndian(at[0x1fe..], 0xaa55);
        at[0x200] = 0xeb;
        at[0x201] = HeaderEnd;
        "HdrS"u8.CopyTo(at[0x202..]);
        BinaryPrimitives.WriteUInt16LittleEndian(at[0x206..], Version);
        at[0x211] = LoadFlags;
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x22c..], 0x7fff_ffff);
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x230..], 0x20_0000);
        at[0x234] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(at[0x236..], XLoadFlags);
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x238..], 2047);
        BinaryPrimitives.WriteUInt64LittleEndian(at[0x258..], PreferredAddress);
        BinaryPrimitives.WriteUInt32LittleEndian(at[0x260..], InitBytes);
        return [.. setup, .. Code, .. Trailer];
    }
}
