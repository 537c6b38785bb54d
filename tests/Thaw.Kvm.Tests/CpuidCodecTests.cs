namespace Thaw.Kvm.Tests;

public sealed class CpuidCodecTests
{
    [Fact]
    public void Encode_OneEntry_HasTheKernelsLayout()
    {
        byte[] bytes = CpuidCodec.Encode([new CpuidEntry(0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x8877_6655)]);

        // struct kvm_cpuid2: nent, padding; struct kvm_cpuid_entry2: seven words and three of padding.
        byte[] expected = new byte[48];
        expected[0] = 1;
        byte[] words = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66];
        for (int i = 0; i < words.Length; i++)
        {
            expected[8 + 4 * i] = words[i];
        }
        new byte[] { 0x55, 0x66, 0x77, 0x88 }.CopyTo(expected, 8 + 24);
        Assert.Equal(expected, bytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100)]
    public void Decode_Encoded_GivesTheEntries(int count)
    {
        Random random = new(count);
        uint Next() => (uint)random.NextInt64(1L << 32);
        CpuidEntry[] entries =
        [
            .. Enumerable.Range(0, count)
                .Select(_ => new CpuidEntry(Next(), Next(), Next(), Next(), Next(), Next(), Next())),
        ];

        Assert.Equal(entries, CpuidCodec.Decode(CpuidCodec.Encode(entries)));
    }

    [Fact]
    public void Decode_BufferLargerThanItsCount_StopsAtTheCount()
    {
        byte[] bytes = new byte[8 + 10 * 40];
        bytes[0] = 2;

        Assert.Equal(2, CpuidCodec.Decode(bytes).Length);
    }
}
