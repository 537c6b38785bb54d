namespace Thaw.Linux.Tests.Processes;

public sealed class KernelRandomTests
{
    [Fact]
    public void TryFill_LargeBuffer_IsRandomToItsEnd()
    {
        // More than the 256 bytes that the kernel gives without looking at signals.
        byte[] buffer = new byte[1 << 20];

        Assert.Equal(Errno.OK, KernelRandom.TryFill(buffer));

        // 16 zero bytes in a row by chance: once in 2^108 runs of this test.
        for (int at = 0; at < buffer.Length; at += 16)
        {
            Assert.NotEqual(-1, buffer.AsSpan(at, 16).IndexOfAnyExcept((byte)0));
        }
    }

    [Fact]
    public void TryFill_Twice_Differs()
    {
        byte[] first = new byte[32];
        byte[] second = new byte[32];

        Assert.Equal(Errno.OK, KernelRandom.TryFill(first));
        Assert.Equal(Errno.OK, KernelRandom.TryFill(second));

        Assert.NotEqual(first, second);
    }

    [Fact]
    public void TryFill_Nothing_IsFine() => Assert.Equal(Errno.OK, KernelRandom.TryFill([]));
}
