namespace Thaw.Core.Tests;

public sealed class PageSizeTests
{
    [Fact]
    public void Constants_AreTheHardwares()
    {
        Assert.Equal(4096, PageSize.Bytes);
        Assert.Equal(12, PageSize.Shift);
        Assert.Equal(PageSize.Bytes, Environment.SystemPageSize);
        // A large page is one entry of the second-lowest page table, which has 512.
        Assert.Equal(512 * 4096, PageSize.LargeBytes);
    }

    [Theory]
    [InlineData(0, 4096, 0)]
    [InlineData(1, 4096, 4096)]
    [InlineData(4095, 4096, 4096)]
    [InlineData(4096, 4096, 4096)]
    [InlineData(4097, 4096, 8192)]
    [InlineData(1, 2097152, 2097152)]
    [InlineData(2097153, 2097152, 4194304)]
    [InlineData(7, 1, 7)]
    [InlineData(0x1_0000_0001, 4096, 0x1_0000_1000)]
    [InlineData(0xffff_ffff_ffff_f000, 4096, 0xffff_ffff_ffff_f000)]
    public void AlignUp_Value_IsTheNextMultiple(ulong value, ulong alignment, ulong expected) =>
        Assert.Equal(expected, PageSize.AlignUp(value, alignment));

    [Theory]
    [InlineData(0, 4096, true)]
    [InlineData(4096, 4096, true)]
    [InlineData(4095, 4096, false)]
    [InlineData(4097, 4096, false)]
    [InlineData(4096, 2097152, false)]
    [InlineData(0xffff_ffff_ffff_f000, 4096, true)]
    [InlineData(0xffff_ffff_ffff_ffff, 1, true)]
    public void IsAligned_Value_SaysWhetherItIsAMultiple(ulong value, ulong alignment, bool expected) =>
        Assert.Equal(expected, PageSize.IsAligned(value, alignment));
}
