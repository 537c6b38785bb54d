namespace Thaw.Linux.Tests.Compression;

public sealed class ZstdTests
{
    private static readonly byte[] s_text = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i / 50))];

    [Theory]
    [InlineData(-5)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    public void Decompress_OfWhatWasCompressed_GivesIt(int level)
    {
        using ZstdCompressor compressor = new(level);
        using ZstdDecompressor decompressor = new();
        byte[] frame = new byte[s_text.Length];
        byte[] output = new byte[s_text.Length];

        Assert.True(compressor.TryCompress(s_text, frame, out int frameBytes));
        Assert.InRange(frameBytes, 1, s_text.Length / 5);
        Assert.True(decompressor.TryDecompress(frame.AsSpan(0, frameBytes), output, out int outputBytes));

        Assert.Equal(s_text.Length, outputBytes);
        Assert.Equal(s_text, output);
    }

    [Fact]
    public void Compress_IntoTooLittleRoom_SaysThatItDoesNotFit()
    {
        byte[] noise = new byte[10_000];
        Random.Shared.NextBytes(noise);
        using ZstdCompressor compressor = new(level: 1);

        Assert.False(compressor.TryCompress(noise, new byte[9_000], out int written));
        Assert.Equal(0, written);
        Assert.True(compressor.TryCompress(s_text, new byte[s_text.Length], out _));
    }

    [Fact]
    public void Compress_OfNothing_GivesAFrameOfNothing()
    {
        using ZstdCompressor compressor = new(level: 1);
        using ZstdDecompressor decompressor = new();
        byte[] frame = new byte[100];

        Assert.True(compressor.TryCompress([], frame, out int frameBytes));
        Assert.True(decompressor.TryDecompress(frame.AsSpan(0, frameBytes), [], out int outputBytes));
        Assert.Equal(0, outputBytes);
    }

    [Fact]
    public void Decompress_IntoTooLittleRoom_Refuses()
    {
        byte[] frame = Frame();
        using ZstdDecompressor decompressor = new();
        byte[] guarded = new byte[s_text.Length + 16];

        Assert.False(decompressor.TryDecompress(frame, guarded.AsSpan(0, s_text.Length - 1), out int written));

        Assert.Equal(0, written);
        Assert.Equal(new byte[17], guarded[(s_text.Length - 1)..]);
    }

    [Fact]
    public void Decompress_CutAnywhere_Refuses()
    {
        byte[] frame = Frame();
        using ZstdDecompressor decompressor = new();
        byte[] output = new byte[s_text.Length];
        for (int length = 1; length < frame.Length; length++)
        {
            Assert.False(decompressor.TryDecompress(frame.AsSpan(0, length), output, out _));
        }
    }

    [Fact]
    public void Decompress_OfChangedBytes_NeverWritesOutside()
    {
        using ZstdDecompressor decompressor = new();
        Random random = new(1);
        byte[] guarded = new byte[s_text.Length + 1];
        for (int i = 0; i < 2000; i++)
        {
            byte[] frame = Frame();
            frame[random.Next(frame.Length)] ^= (byte)(1 << random.Next(8));
            decompressor.TryDecompress(frame, guarded.AsSpan(0, s_text.Length), out int written);
            Assert.InRange(written, 0, s_text.Length);
            Assert.Equal(0, guarded[^1]);
        }
    }

    [Fact]
    public void Context_AfterDispose_Refuses()
    {
        ZstdCompressor compressor = new(level: 1);
        compressor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => compressor.TryCompress(s_text, new byte[10], out _));
    }

    [Fact]
    public void Library_HasTheStableInterface() => Assert.InRange(ZstdCompressor.LibraryVersion, 10400, 19999);

    private static byte[] Frame()
    {
        using ZstdCompressor compressor = new(level: 1);
        byte[] frame = new byte[s_text.Length];
        Assert.True(compressor.TryCompress(s_text, frame, out int frameBytes));
        return frame[..frameBytes];
    }
}
