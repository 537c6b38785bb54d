using System.Security.Cryptography;

namespace Thaw.Store.Tests;

public sealed class ChunkSealerTests : IDisposable
{
    private readonly DataKey _key = DataKey.Create(new SeededEntropy(1));
    private readonly ChunkSealer _service;
    private readonly ChunkSealer _alice;

    public ChunkSealerTests()
    {
        _service = new ChunkSealer(_key, Keyspace.Service, new SystemEntropy());
        _alice = new ChunkSealer(_key, World.Alice, new SystemEntropy());
    }

    public void Dispose()
    {
        _service.Dispose();
        _alice.Dispose();
        _key.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(4096)]
    [InlineData(131072)]
    [InlineData(StoreLimits.ChunkBytesMax)]
    public void Open_OfWhatWasSealed_GivesThePlaintext(int length)
    {
        foreach (byte[] plaintext in new[] { RandomNumberGenerator.GetBytes(length), Compressible(length) })
        {
            foreach (ChunkSealer sealer in new[] { _service, _alice })
            {
                Chunk chunk = sealer.Seal(plaintext);
                byte[] opened = new byte[length];

                Assert.Equal(length, sealer.Open(chunk.Id, chunk.Sealed.Span, opened));
                Assert.Equal(plaintext, opened);
                Assert.InRange(chunk.Sealed.Length, 1, ChunkSealer.SealedBytesMax(length));
            }
        }
    }

    [Fact]
    public void Seal_OfCompressibleData_IsShorter() =>
        Assert.InRange(_service.Seal(Compressible(131072)).Sealed.Length, 1, 131072 / 8);

    [Fact]
    public void Seal_OfServiceChunkTwice_GivesTheSameBytes()
    {
        byte[] plaintext = Compressible(50_000);

        Assert.Equal(_service.Seal(plaintext).Sealed.ToArray(), _service.Seal(plaintext).Sealed.ToArray());
    }

    [Fact]
    public void Seal_OfCustomerChunkTwice_GivesOneNameAndOtherBytes()
    {
        byte[] plaintext = Compressible(50_000);
        Chunk first = _alice.Seal(plaintext);
        Chunk second = _alice.Seal(plaintext);

        Assert.Equal(first.Id, second.Id);
        Assert.NotEqual(Nonce(first), Nonce(second));
        Assert.NotEqual(first.Sealed[48..].ToArray(), second.Sealed[48..].ToArray());
    }

    // Whatever zstd makes of one plaintext on two machines, a nonce must not come twice with two payloads. Two payloads
    // of one plaintext cannot be had from one libzstd, so that the nonce's dependence on payload and header is what is
    // tested.
    [Fact]
    public void Seal_OfServiceChunk_TakesItsNonceFromThePayload()
    {
        Chunk stored = _service.Seal(RandomNumberGenerator.GetBytes(1000));
        byte[] other = stored.Sealed.ToArray();
        _service.Open(stored.Id, other, new byte[1000]);
        Chunk second = _service.Seal(RandomNumberGenerator.GetBytes(1000));

        Assert.NotEqual(Nonce(stored), Nonce(second));
    }

    [Fact]
    public void Name_UnderAnotherDataKey_IsAnother()
    {
        using DataKey otherKey = DataKey.Create(new SeededEntropy(2));
        using ChunkSealer other = new(otherKey, World.Alice, new SystemEntropy());
        byte[] plaintext = Compressible(4096);

        Assert.NotEqual(_alice.Name(plaintext), other.Name(plaintext));
        Assert.NotEqual(SHA256.HashData(plaintext), Bytes(_alice.Name(plaintext)));
    }

    [Fact]
    public void Open_WithAnyBitChanged_Refuses()
    {
        byte[] plaintext = Compressible(300);
        Chunk chunk = _alice.Seal(plaintext);
        byte[] opened = new byte[300];
        for (int bit = 0; bit < chunk.Sealed.Length * 8; bit++)
        {
            byte[] damaged = chunk.Sealed.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            ChunkException exception =
                Assert.Throws<ChunkException>(() => { _alice.Open(chunk.Id, damaged, opened); });
            Assert.Equal(chunk.Id, exception.Id);
            Assert.Equal(new byte[300], opened);
        }
    }

    [Fact]
    public void Open_CutAnywhere_Refuses()
    {
        Chunk chunk = _alice.Seal(Compressible(300));
        for (int length = 0; length < chunk.Sealed.Length; length++)
        {
            byte[] cut = chunk.Sealed[..length].ToArray();

            Assert.Equal(
                ChunkFault.WrongLength,
                Assert.Throws<ChunkException>(() => { _alice.Open(chunk.Id, cut, new byte[300]); }).Fault);
        }
    }

    [Fact]
    public void Open_OfAnotherChunkUnderThisName_Refuses()
    {
        Chunk asked = _alice.Seal(Compressible(300));
        Chunk given = _alice.Seal(RandomNumberGenerator.GetBytes(300));

        Assert.Equal(
            ChunkFault.NotAuthentic,
            Assert.Throws<ChunkException>(() => { _alice.Open(asked.Id, given.Sealed.Span, new byte[300]); }).Fault);
    }

    [Fact]
    public void Open_OfAnotherCustomersChunk_NamesBothKeys()
    {
        using DataKey bobsKey = DataKey.Create(new SeededEntropy(2));
        using ChunkSealer bob = new(bobsKey, World.Bob, new SystemEntropy());
        byte[] plaintext = Compressible(300);
        Chunk bobs = bob.Seal(plaintext);

        ChunkException exception = Assert.Throws<ChunkException>(
            () => { _alice.Open(_alice.Name(plaintext), bobs.Sealed.Span, new byte[300]); });

        Assert.Equal(ChunkFault.WrongKey, exception.Fault);
        Assert.Contains(bobsKey.Id.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains(_key.Id.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithTheKeyIdRightAndTheKeyWrong_Refuses()
    {
        using DataKey forgedKey = new(_key.Id, new byte[32]);
        using ChunkSealer forger = new(forgedKey, World.Alice, new SystemEntropy());
        Chunk forged = forger.Seal(Compressible(300));

        Assert.Equal(
            ChunkFault.NotAuthentic,
            Assert.Throws<ChunkException>(() => { _alice.Open(forged.Id, forged.Sealed.Span, new byte[300]); }).Fault);
    }

    [Fact]
    public void Open_InAnotherKeyspace_Refuses()
    {
        Chunk chunk = _service.Seal(Compressible(300));

        Assert.Equal(
            ChunkFault.NotAuthentic,
            Assert.Throws<ChunkException>(() => { _alice.Open(chunk.Id, chunk.Sealed.Span, new byte[300]); }).Fault);
    }

    // Somebody who has the key and gives a chunk a false name.
    [Fact]
    public void Open_OfAChunkSealedUnderAFalseName_Refuses()
    {
        ChunkId falseName = _alice.Name("something else"u8);
        byte[] chunk = new byte[1000];
        int length = _alice.Seal(falseName, Compressible(300), chunk);
        byte[] opened = new byte[300];

        Assert.Equal(
            ChunkFault.WrongName,
            Assert.Throws<ChunkException>(() => { _alice.Open(falseName, chunk.AsSpan(0, length), opened); }).Fault);
        Assert.Equal(new byte[300], opened);
    }

    [Fact]
    public void Open_WithTooLittleRoom_RefusesBeforeDecrypting()
    {
        Chunk chunk = _alice.Seal(Compressible(300));

        Assert.Equal(
            ChunkFault.WrongLength,
            Assert.Throws<ChunkException>(() => { _alice.Open(chunk.Id, chunk.Sealed.Span, new byte[299]); }).Fault);
    }

    [Fact]
    public void Seal_OfNothingOrTooMuch_Refuses()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { _alice.Seal([]); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _alice.Seal(new byte[StoreLimits.ChunkBytesMax + 1]); });
    }

    [Fact]
    public void Seal_ByManyThreadsAtOnce_StaysRight() => Parallel.For(0, 200, i =>
    {
        byte[] plaintext = Pages.Mixed(i, 4);
        Chunk chunk = _alice.Seal(plaintext);
        byte[] opened = new byte[plaintext.Length];
        _alice.Open(chunk.Id, chunk.Sealed.Span, opened);
        Assert.Equal(plaintext, opened);
    });

    [Fact]
    public void Seal_AfterDispose_Refuses()
    {
        ChunkSealer sealer = new(_key, World.Alice, new SystemEntropy());
        sealer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => { sealer.Seal(new byte[10]); });
    }

    private static byte[] Compressible(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i / 100))];

    private static byte[] Nonce(Chunk chunk) => chunk.Sealed[32..44].ToArray();

    private static byte[] Bytes(ChunkId id)
    {
        byte[] bytes = new byte[ChunkId.Bytes];
        id.Write(bytes);
        return bytes;
    }
}
