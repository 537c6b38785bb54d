using Thaw.Core;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;

namespace Thaw.Vmm.Tests.Machine;

public sealed class PmemRegionsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<GuestRegion> _mapped = [];

    public void Dispose()
    {
        _mapped.ForEach(region => region.Mapping.Dispose());
        _folder.Dispose();
    }

    [Theory]
    [InlineData(128)]
    [InlineData(3072)]
    [InlineData(3073)]
    [InlineData(5120)]
    public void Map_Several_LieAlignedBehindAllRamAndApart(int memoryMib)
    {
        IReadOnlyList<GuestRegion> regions = Map(memoryMib, Pmem("a", 1), Pmem("b", 3 << 20), Pmem("c", 4096));

        (ulong start, ulong length) = GuestRamLayout.For(memoryMib)[^1];
        Assert.All(regions, region =>
        {
            Assert.Equal(0ul, region.Start.Value % X64Layout.PmemAlignment);
            Assert.Equal(0ul, region.LengthBytes % PageSize.LargeBytes);
            Assert.True(region.Start.Value >= Math.Max(start + length, X64Layout.FourGiB));
        });
        Assert.Equal([2ul << 20, 4ul << 20, 2ul << 20], regions.Select(region => region.LengthBytes));
        Assert.All(regions.Zip(regions.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start));
    }

    [Fact]
    public void Map_FileOfOddLength_IsZeroBehindItsEnd()
    {
        GuestRegion region = Map(128, Pmem("a", 5000))[0];
        GuestMemory memory = new(region);
        byte[] all = new byte[region.LengthBytes];

        Assert.True(memory.TryRead(region.Start, all));

        Assert.Equal(-1, all.AsSpan(0, 5000).IndexOfAnyExcept((byte)'a'));
        Assert.Equal(-1, all.AsSpan(5000).IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void Map_ReadOnly_RefusesWritesAndTheFileStays()
    {
        PmemConfig pmem = Pmem("a", 4096) with { IsReadOnly = true };
        GuestRegion region = Map(128, pmem)[0];

        Assert.True(region.IsReadOnly);
        Assert.False(new GuestMemory(region).TryWrite(region.Start, [1]));
        Assert.Equal((byte)'a', File.ReadAllBytes(pmem.Path)[0]);
    }

    [Fact]
    public void Map_Writable_WritesReachTheFile()
    {
        PmemConfig pmem = Pmem("a", 4096);
        GuestRegion region = Map(128, pmem)[0];

        Assert.True(new GuestMemory(region).TryWrite(region.Start, [1]));

        Assert.Equal(1, File.ReadAllBytes(pmem.Path)[0]);
    }

    [Fact]
    public void Map_FileMissingOrEmpty_IsRefusedWithIdAndPath()
    {
        PmemConfig missing = new() { Id = "root", Path = _folder.File("missing") };
        PmemConfig empty = new() { Id = "root", Path = _folder.File("empty", []) };

        Assert.Equal(
            $"Persistent memory root: {missing.Path} cannot be used: ENOENT.",
            Assert.Throws<MicrovmException>(() => Map(128, missing)).Message);
        Assert.Equal(
            $"Persistent memory root: {empty.Path} is empty.",
            Assert.Throws<MicrovmException>(() => Map(128, empty)).Message);
    }

    private PmemConfig Pmem(string id, int length) =>
        new() { Id = id, Path = _folder.File(id, Enumerable.Repeat((byte)id[0], length).ToArray()) };

    private IReadOnlyList<GuestRegion> Map(int memoryMib, params PmemConfig[] pmems)
    {
        IReadOnlyList<GuestRegion> regions = PmemRegions.Map(
            new MicrovmConfig { Machine = new MachineConfig { MemoryMib = memoryMib }, Pmems = pmems });
        _mapped.AddRange(regions);
        return regions;
    }
}
