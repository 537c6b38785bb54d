using System.Buffers.Binary;

namespace Thaw.Store.Tests;

/// <summary>
/// Headers that claim what no writer makes are refused before anything is decrypted or allocated for them.
/// </summary>
public sealed class HostileChunkHeaderTests : IDisposable
{
    private readonly DataKey _key = DataKey.Create(new SeededEntropy(1));
    private readonly ChunkSealer _sealer;
    private readonly Chunk _chunk;

    public HostileChunkHeaderTests()
    {
        _sealer = new ChunkSealer(_key, World.Alice, new SystemEntropy());
        _chunk = _sealer.Seal(new byte[1000]);
    }

    public void Dispose()
    {
        _sealer.Dispose();
        _key.Dispose();
    }

    [Fact]
    public void Open_WithAnotherMagic_Refuses() => AssertRefused(ChunkFault.Unsupported, chunk => chunk[0] = (byte)'X');

    [Theory]
    [InlineData(4)] // version
    [InlineData(5)] // compression
    [InlineData(7)] // cipher
    public void Open_WithAnUnknownNumber_Refuses(int offset) =>
        AssertRefused(ChunkFault.Unsupported, chunk => chunk[offset] = 9);

    [Fact]
    public void Open_WithAnUnknownNonceKind_Refuses() => AssertRefused(ChunkFault.Malformed, chunk => chunk[6] = 9);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(StoreLimits.ChunkBytesMax + 1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Open_WithAnAbsurdLength_Refuses(int length) =>
        AssertRefused(ChunkFault.Malformed, chunk => BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(8), length));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Open_WithAnotherPayloadLength_Refuses(int length) => AssertRefused(
        ChunkFault.WrongLength, chunk => BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(12), length));

    [Fact]
    public void Open_WithReservedBytes_Refuses() => AssertRefused(ChunkFault.Malformed, chunk => chunk[47] = 1);

    private void AssertRefused(ChunkFault fault, Action<byte[]> damage)
    {
        byte[] chunk = _chunk.Sealed.ToArray();
        damage(chunk);

        ChunkException exception =
            Assert.Throws<ChunkException>(() => { _sealer.Open(_chunk.Id, chunk, new byte[1000]); });
        Assert.Equal(fault, exception.Fault);
    }
}
