using Thaw.Linux;

namespace Thaw.Kvm.Tests;

public sealed class KvmSystemTests
{
    [Fact]
    public void Open_NoSuchDevice_IsRefusedByName()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => KvmSystem.Open("/dev/no-kvm"));

        Assert.Equal(Errno.ENOENT, refused.Errno);
        Assert.Contains("/dev/no-kvm", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AnotherDevice_IsRefused()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => KvmSystem.Open("/dev/null"));

        Assert.Equal(Errno.ENOTTY, refused.Errno);
    }

    [Fact]
    public void Check_RequiredCapabilities_AreThere()
    {
        using KvmSystem kvm = KvmSystem.Open();

        Assert.All(KvmCapabilities.Required, capability => Assert.NotEqual(0, kvm.Check(capability)));
    }

    [Fact]
    public void SupportedCpuid_Leaves_AreDistinctAndHaveTheBasics()
    {
        using KvmSystem kvm = KvmSystem.Open();

        CpuidEntry[] leaves = kvm.SupportedCpuid();

        Assert.Equal(leaves.Length, leaves.Select(leaf => (leaf.Function, leaf.Index)).Distinct().Count());
        // Vendor, features, KVM's own, long mode.
        Assert.All(
            new uint[] { 0, 1, 0x4000_0000, 0x8000_0001 },
            function => Assert.Contains(leaves, leaf => leaf.Function == function));
    }

    [Fact]
    public void MsrIndexList_Indices_AreDistinctAndHaveTheTsc()
    {
        using KvmSystem kvm = KvmSystem.Open();

        uint[] indices = kvm.MsrIndexList();

        Assert.Equal(indices.Length, indices.Distinct().Count());
        Assert.Contains(0x10u, indices);
    }

    [Fact]
    public void CreateVcpu_SameIdTwice_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);

        LinuxException refused = Assert.Throws<LinuxException>(() => guest.Vm.CreateVcpu(0));

        Assert.Equal(Errno.EEXIST, refused.Errno);
    }

    [Fact]
    public void SetMemorySlot_OverAnotherSlot_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);

        LinuxException refused =
            Assert.Throws<LinuxException>(() => guest.Vm.SetMemorySlot(1, guest.Region, logDirtyPages: false));

        Assert.Equal(Errno.EEXIST, refused.Errno);
    }
}
