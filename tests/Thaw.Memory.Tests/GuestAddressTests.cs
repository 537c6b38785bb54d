namespace Thaw.Memory.Tests;

public sealed class GuestAddressTests
{
    [Fact]
    public void Add_OverTheEnd_WrapsLikeTheHardware() =>
        Assert.Equal(new GuestAddress(1), new GuestAddress(ulong.MaxValue).Add(2));

    [Fact]
    public void Operators_CompareWithoutSign()
    {
        GuestAddress low = new(1);
        GuestAddress high = new(1ul << 63);

        Assert.True(low < high && low <= high && high > low && high >= low);
        Assert.False(high < low || high <= low || low > high || low >= high);
        Assert.True(low.CompareTo(high) < 0 && high.CompareTo(low) > 0 && low.CompareTo(new GuestAddress(1)) == 0);
    }

    [Fact]
    public void ToString_IsHexadecimal() => Assert.Equal("0xfee00000", new GuestAddress(0xfee0_0000).ToString());
}
