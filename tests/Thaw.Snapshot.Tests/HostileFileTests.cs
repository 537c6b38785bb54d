using System.Buffers.Binary;

namespace Thaw.Snapshot.Tests;

public sealed class HostileFileTests
{
    private const int HeaderChecksumAt = 60;

    [Fact]
    public void Read_TruncatedAnywhere_IsRefused()
    {
        byte[] whole = SampleSnapshot.ToBytes();

        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Equal(SnapshotFault.Truncated, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(cut)));
        }
    }

    [Fact]
    public void Read_AnyBitFlipped_IsRefused()
    {
        byte[] whole = SampleSnapshot.ToBytes();

        for (int bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] damaged = [.. whole];
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<SnapshotException>(() => SampleSnapshot.Read(damaged));
        }
    }

    [Fact]
    public void Read_BytesBehindTheEnd_AreRefused()
    {
        byte[] longer = [.. SampleSnapshot.ToBytes(), 0];

        Assert.Equal(SnapshotFault.TrailingData, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(longer)));
    }

    [Fact]
    public void Read_AnotherFile_IsBadMagic()
    {
        byte[] elf = [0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[100]];

        Assert.Equal(SnapshotFault.BadMagic, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(elf)));
    }

    [Theory]
    [InlineData(10, "format")]
    [InlineData(12, "state ABI")]
    [InlineData(14, "memory encoding")]
    public void Read_AnotherVersion_IsRefusedNamingBoth(int offset, string what)
    {
        byte[] bytes = SampleSnapshot.ToBytes();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(offset), 9);
        SealHeader(bytes);

        SnapshotException refused = Assert.Throws<SnapshotException>(() => SampleSnapshot.Read(bytes));

        Assert.Equal(SnapshotFault.UnsupportedVersion, refused.Fault);
        Assert.Equal($"Snapshot {what} version is 9, this monitor reads version 1.", refused.Message);
    }

    // A hostile writer computes right checksums, so that the bounds themselves must hold.
    [Theory]
    [InlineData(20, 0xffffffffUL)]
    [InlineData(20, SnapshotLimits.SectionCountMax + 1UL)]
    public void Read_TooManySections_IsLimitExceeded(int offset, ulong value)
    {
        byte[] bytes = SampleSnapshot.ToBytes();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), (uint)value);
        SealHeader(bytes);

        Assert.Equal(SnapshotFault.LimitExceeded, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(bytes)));
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1L)]
    [InlineData(SnapshotLimits.FileBytesMax + 1)]
    public void Read_HugeFileLength_IsLimitExceeded(long length)
    {
        byte[] bytes = SampleSnapshot.ToBytes();
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(24), length);
        SealHeader(bytes);

        Assert.Equal(SnapshotFault.LimitExceeded, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(bytes)));
    }

    [Theory]
    [InlineData(ulong.MaxValue, SnapshotFault.LimitExceeded)]
    [InlineData(SnapshotLimits.SectionBytesMax + 1UL, SnapshotFault.LimitExceeded)]
    [InlineData(SnapshotLimits.SectionBytesMax, SnapshotFault.Truncated)]
    public void Read_SectionLongerThanTheFile_IsRefusedBeforeItIsAllocated(ulong length, SnapshotFault fault)
    {
        byte[] bytes = SampleSnapshot.ToBytes();
        Span<byte> section = bytes.AsSpan(SnapshotAbi.HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(section[8..], length);
        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(section);
        Crc32C crc = default;
        crc.Append(section[..20]);
        crc.Append(section.Slice(SnapshotAbi.SectionHeaderBytes, idBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(section[20..], crc.Value);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(fault, SampleSnapshot.FaultOf(() => SampleSnapshot.Read(bytes)));

        // Far less than the 64 MiB that the section claims.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1024 * 1024);
    }

    // Random damage with right header checksums: whatever comes out, it is a SnapshotException and nothing else.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Read_RandomDamage_NeverFailsOtherwise(int seed)
    {
        Random random = new(seed);
        byte[] whole = SampleSnapshot.ToBytes();
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. whole];
            for (int i = random.Next(1, 8); i > 0; i--)
            {
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            }

            SealHeader(damaged);
            _ = Record.Exception(() => SampleSnapshot.ReadEverything(damaged)) is { } e
                && e is not SnapshotException
                ? throw new Xunit.Sdk.XunitException($"Seed {seed}, round {round}: {e}")
                : 0;
        }
    }

    private static void SealHeader(byte[] bytes) => BinaryPrimitives.WriteUInt32LittleEndian(
        bytes.AsSpan(HeaderChecksumAt), Crc32C.Compute(bytes.AsSpan(0, HeaderChecksumAt)));
}
