using Thaw.Images.Building;

namespace Thaw.Images.Tests;

public sealed class KernelHeadersTests
{
    [Fact]
    public void PackagesOf_KernelPackage_NamesHeadersOfTheSameVersion()
    {
        (IReadOnlyList<string> packages, string version) = KernelHeaders.PackagesOf(
            "linux-image-6.12.95+deb12-cloud-amd64=6.12.95-1~bpo12+1");

        Assert.Equal(
            [
                "linux-headers-6.12.95+deb12-cloud-amd64", "linux-headers-6.12.95+deb12-common",
                "linux-kbuild-6.12.95+deb12",
            ],
            packages);
        Assert.Equal("6.12.95-1~bpo12+1", version);
    }

    [Theory]
    [InlineData("linux-image-cloud-amd64=6.12.95-1")]
    [InlineData("linux-image-6.12.95+deb12-cloud-amd64")]
    [InlineData("busybox=1.35")]
    [InlineData("")]
    public void PackagesOf_OtherPackage_IsRefused(string item) =>
        Assert.Throws<ImageException>(() => KernelHeaders.PackagesOf(item));
}
