using Thaw.Protocol;
using Thaw.Worker.Checks;

namespace Thaw.Worker.Tests.Checks;

public sealed class MemoryOwnersTests
{
    private static readonly MappedMemory s_memory = new(
        [
            new MappedRegion(12, "python3.13", 0x5500_0000_0000, "rw-p", "[heap]"),
            new MappedRegion(12, "python3.13", 0x7f00_0000_0000, "rw-p", ""),
            new MappedRegion(13, "child", 0x5500_0000_0000, "rw-p", "[heap]"),
        ],
        [new MappedRun(1, 4, 20, 2), new MappedRun(0, 1, 10, 3), new MappedRun(2, 1, 10, 3)]);

    [Theory]
    [InlineData(0xa040, "process 12 (python3.13) [heap]+0x1040 rw-p")]
    [InlineData(0xcfff, "process 12 (python3.13) [heap]+0x3fff rw-p")]
    [InlineData(0x15008, "process 12 (python3.13) anonymous 0x7f0000000000+0x5008 rw-p")]
    [InlineData(0x9fff, "kernel, cache or free memory")]
    [InlineData(0xd000, "kernel, cache or free memory")]
    [InlineData(long.MaxValue, "kernel, cache or free memory")]
    public void Find_OfAnAddress_NamesTheFirstThatHasIt(long address, string location) =>
        Assert.Equal(location, new MemoryOwners(s_memory, isTruncated: false).Find(address)!.ToString());

    [Fact]
    public void Find_WhereTheGuestDidNotSayAll_ClaimsNothing()
    {
        MemoryOwners owners = new(s_memory, isTruncated: true);

        Assert.Null(owners.Find(0x9fff));
        Assert.Equal(12, owners.Find(0xa000)!.ProcessId);
    }
}
