using Thaw.Sysgenid.Tests.Machine;

namespace Thaw.Sysgenid.Tests;

/// <summary>
/// What a snapshot would store: all of the machine's memory, free pages included. To read as zeros is not enough, as
/// dropped pages keep their bytes.
/// </summary>
[Collection(GuestRunGroup.Name)]
public sealed class GuestMemoryTests(GuestRun run)
{
    private const int BlockSize = 16 << 20;
    private const int PatternSize = 32;

    [Fact]
    public void Memory_WithUnmarkedSecret_HoldsIt() =>
        Assert.All(GuestSecret.PatternsOf(GuestSecret.Control), p => Assert.True(IsInMemory(p)));

    [Theory]
    [InlineData(2, "plain memory")]
    [InlineData(3, "locked memory")]
    [InlineData(4, "memory without access")]
    [InlineData(5, "huge pages")]
    [InlineData(6, "memory shared with a forked child")]
    [InlineData(7, "a forked child's own copy")]
    [InlineData(8, "a named file that was overwritten and punched")]
    public void Memory_AfterWipe_HoldsNoByteOfMarkedSecret(ulong seed, string where)
    {
        Assert.Contains("# done", run.Output, StringComparison.Ordinal);
        Assert.All(
            GuestSecret.PatternsOf(seed), p => Assert.False(IsInMemory(p), $"The secret in {where} is still there."));
    }

    private bool IsInMemory(byte[] pattern)
    {
        using FileStream memory = File.OpenRead(run.MemoryFile);
        byte[] block = new byte[BlockSize + PatternSize];
        int kept = 0;
        int read;
        while ((read = memory.Read(block, kept, BlockSize)) > 0)
        {
            int size = kept + read;
            if (block.AsSpan(0, size).IndexOf(pattern) >= 0)
            {
                return true;
            }

            // A pattern may lie across two blocks.
            kept = Math.Min(size, PatternSize - 1);
            block.AsSpan(size - kept, kept).CopyTo(block);
        }

        return false;
    }
}
