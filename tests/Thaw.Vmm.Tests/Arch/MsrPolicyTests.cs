using Thaw.Kvm;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Arch;

public sealed class MsrPolicyTests
{
    private const uint Tsc = 0x10;
    private const uint TscAdjust = 0x3b;
    private const uint TscDeadline = 0x6e0;

    [Fact]
    public void StateOf_AnyOrder_BeginsWithTheTscAndEndsWithItsDeadline()
    {
        uint[] indices = MsrPolicy.StateOf([TscDeadline, 0x277, Tsc, 0xc000_0080, TscAdjust, 0x174]);

        Assert.Equal([TscAdjust, Tsc], indices[..2]);
        Assert.Equal([0x277u, 0xc000_0080, 0x174, TscDeadline], indices[^4..]);
    }

    [Fact]
    public void StateOf_HostThatListsNoTsc_HasItStill()
    {
        uint[] indices = MsrPolicy.StateOf([]);

        Assert.Equal([TscAdjust, Tsc], indices[..2]);
        Assert.Equal(TscDeadline, indices[^1]);
    }

    // KVM's list has none of them: 8 pairs, 11 fixed ranges, the default type.
    [Theory]
    [InlineData(new uint[0])]
    [InlineData(new uint[] { 0x2ff, 0x200 })]
    public void StateOf_AnyHost_HasTheMemoryTypesOnce(uint[] hostList)
    {
        uint[] indices = MsrPolicy.StateOf(hostList);

        Assert.Equal(28, indices.Count(index => index is >= 0x200 and <= 0x2ff));
        Assert.Equal(indices.Length, indices.Distinct().Count());
    }

    // IA32_UCODE_REV, PLATFORM_INFO, ARCH_CAPABILITIES, PERF_CAPABILITIES; counters and selectors of Intel and AMD.
    [Theory]
    [InlineData(0x8b)]
    [InlineData(0xce)]
    [InlineData(0x10a)]
    [InlineData(0x345)]
    [InlineData(0xc1)]
    [InlineData(0x186)]
    [InlineData(0x309)]
    [InlineData(0x38d)]
    [InlineData(0x390)]
    [InlineData(0xc001_0000)]
    [InlineData(0xc001_020b)]
    [InlineData(0xc000_0300)]
    public void StateOf_HostFactOrPerformanceCounter_IsNoStateOfTheGuest(uint index) =>
        Assert.DoesNotContain(index, MsrPolicy.StateOf([index]));

    // SPEC_CTRL, SYSENTER, PAT, MTRR, kvmclock, FS base, an MSR next to the counters.
    [Theory]
    [InlineData(0x48)]
    [InlineData(0x174)]
    [InlineData(0x277)]
    [InlineData(0x2ff)]
    [InlineData(0x4b56_4d01)]
    [InlineData(0xc000_0100)]
    [InlineData(0xc9)]
    public void StateOf_StateOfTheGuest_IsKept(uint index) => Assert.Contains(index, MsrPolicy.StateOf([index]));

    [Fact]
    public void StateOf_ThisHost_CanBeReadAndWrittenBack()
    {
        using KvmSystem kvm = KvmSystem.Open();
        using KvmVm vm = kvm.CreateVm();
        vm.CreateInterruptControllers();
        using KvmVcpu vcpu = vm.CreateVcpu(0);
        vcpu.SetCpuid(CpuidPolicy.For(kvm.SupportedCpuid(), 0, 1, tscDeadline: true));
        vcpu.SetMsrs(MsrPolicy.Boot);
        uint[] indices = MsrPolicy.StateOf(kvm.MsrIndexList());

        MsrEntry[] state = vcpu.GetMsrs(indices);

        Assert.Equal(indices.Length, indices.Distinct().Count());
        Assert.Contains(state, entry => entry.Index == Tsc);
        Assert.Contains(MsrPolicy.Boot[1], state);
        vcpu.SetMsrs(state);
    }
}
