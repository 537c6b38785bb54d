using Thaw.Kvm;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Arch;

public sealed class CpuidPolicyTests
{
    private const uint All = uint.MaxValue;
    private const uint SignificantIndex = 1;

    /// <summary>A host that has everything, on its CPU number 0x77.</summary>
    private static readonly CpuidEntry[] s_host =
    [
        new(0x0, 0, 0, 0x20, 0x756e_6547, 0x6c65_746e, 0x4965_6e69),
        new(0x1, 0, 0, 0x000a_06f1, 0x7740_0800, All, All),
        new(0x4, 0, SignificantIndex, 0xfc1f_c121, 1, 2, 3),
        new(0x4, 3, SignificantIndex, 0xfc1f_c163, 1, 2, 3),
        new(0x4, 4, SignificantIndex, 0, 0, 0, 0),
        new(0x7, 0, SignificantIndex, 2, 0x1234_5678, 0x9abc_def0, 0x1111_1111),
        new(0xa, 0, 0, All, All, All, All),
        new(0xb, 0, SignificantIndex, 1, 2, 0x100, 0x77),
        new(0xb, 1, SignificantIndex, 7, 0x40, 0x201, 0x77),
        new(0x1f, 0, SignificantIndex, 1, 2, 0x100, 0x77),
        new(0x4000_0000, 0, 0, 0x4000_0001, 0x4b4d_564b, 0x564b_4d56, 0x4d),
        new(0x4000_0001, 0, 0, All, 0, 0, All),
        new(0x8000_0001, 0, 0, 0, 0, All, All),
        new(0x8000_0008, 0, 0, 0x3030, 0, 0x0000_703f, 0),
        new(0x8000_000a, 0, 0, All, All, All, All),
        new(0x8000_001d, 3, SignificantIndex, 0x03ff_c163, 1, 2, 3),
        new(0x8000_001e, 0, 0, 0x77, 0x0177, 0x0707, 0),
        new(0x8000_0022, 0, 0, All, All, All, All),
    ];

    public static TheoryData<uint, uint> Vcpus => new()
    {
        { 0, 1 }, { 0, 2 }, { 1, 2 }, { 0, 3 }, { 2, 3 }, { 0, 4 }, { 1, 4 }, { 2, 4 }, { 3, 4 },
    };

    [Fact]
    public void For_NestedVirtualisation_IsHidden()
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, 0, 1, tscDeadline: true);

        Assert.Equal(0u, Leaf(guest, 0x1).Ecx & (1 << 5)); // VMX
        Assert.Equal(0u, Leaf(guest, 0x8000_0001).Ecx & (1 << 2)); // SVM
        Assert.Equal((0u, 0u, 0u, 0u), Registers(Leaf(guest, 0x8000_000a)));
    }

    [Fact]
    public void For_PerformanceCounters_AreHidden()
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, 0, 1, tscDeadline: true);

        Assert.Equal((0u, 0u, 0u, 0u), Registers(Leaf(guest, 0xa)));
        Assert.Equal((0u, 0u, 0u, 0u), Registers(Leaf(guest, 0x8000_0022)));
        Assert.Equal(0u, Leaf(guest, 0x8000_0001).Ecx & (1u << 23 | 1u << 24 | 1u << 28));
    }

    // KVM_FEATURE_ASYNC_PF, _ASYNC_PF_VMEXIT and _ASYNC_PF_INT; all others stay.
    [Fact]
    public void For_AsynchronousPageFaults_AreOffAndNothingElse()
    {
        CpuidEntry leaf = Leaf(CpuidPolicy.For(s_host, 0, 1, tscDeadline: true), 0x4000_0001);

        Assert.Equal(All & ~(1u << 4 | 1u << 10 | 1u << 14), leaf.Eax);
        Assert.Equal(All, leaf.Edx);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void For_TscDeadline_IsAsKvmsLocalApicHasIt(bool tscDeadline)
    {
        CpuidEntry[] hostWithoutBit = [.. s_host.Select(leaf => leaf.Function == 1 ? leaf with { Ecx = 0 } : leaf)];

        Assert.Equal(tscDeadline, HasBit(Leaf(CpuidPolicy.For(s_host, 0, 1, tscDeadline), 1).Ecx, 24));
        Assert.Equal(tscDeadline, HasBit(Leaf(CpuidPolicy.For(hostWithoutBit, 0, 1, tscDeadline), 1).Ecx, 24));
    }

    [Fact]
    public void For_Hypervisor_IsAlwaysSaid()
    {
        CpuidEntry[] host = [.. s_host.Select(leaf => leaf.Function == 1 ? leaf with { Ecx = 0 } : leaf)];

        Assert.True(HasBit(Leaf(CpuidPolicy.For(host, 0, 1, tscDeadline: false), 1).Ecx, 31));
    }

    [Theory]
    [MemberData(nameof(Vcpus))]
    public void For_Vcpu_HasItsApicIdEverywhere(uint id, uint count)
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, id, count, tscDeadline: true);

        Assert.Equal(id, Leaf(guest, 0x1).Ebx >> 24);
        Assert.All(guest.Where(leaf => leaf.Function == 0xb), leaf => Assert.Equal(id, leaf.Edx));
        Assert.Equal(id, Leaf(guest, 0x8000_001e).Eax);
        Assert.DoesNotContain(guest, leaf => leaf.Function == 0x1f);
    }

    [Theory]
    [MemberData(nameof(Vcpus))]
    public void For_Topology_IsOnePackageOfSingleThreadedCores(uint id, uint count)
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, id, count, tscDeadline: true);

        CpuidEntry features = Leaf(guest, 0x1);
        Assert.Equal(count, (features.Ebx >> 16) & 0xff);
        Assert.Equal(count > 1, HasBit(features.Edx, 28));
        Assert.Equal(0x0800u, features.Ebx & 0xffff);
        CpuidEntry[] levels = [.. guest.Where(leaf => leaf.Function == 0xb)];
        Assert.Equal([0u, 1u, 2u], levels.Select(leaf => leaf.Index));
        Assert.All(levels, leaf => Assert.Equal(SignificantIndex, leaf.Flags));
        // Threads of a core: one. Then cores of the package, whose ids differ in as many bits as the shift says.
        Assert.Equal((0u, 1u, 0x100u), (levels[0].Eax, levels[0].Ebx, levels[0].Ecx));
        Assert.Equal((count, 0x201u), (levels[1].Ebx, levels[1].Ecx));
        Assert.True(1u << (int)levels[1].Eax >= count && (count == 1 || 1u << (int)(levels[1].Eax - 1) < count));
        Assert.Equal((0u, 0u), (levels[2].Eax, levels[2].Ebx));
        Assert.Equal(0u, levels[2].Ecx >> 8);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void For_Caches_AreOfOneCoreUpToTheThirdLevel(uint count)
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, 0, count, tscDeadline: true);

        CpuidEntry first = guest.Single(leaf => leaf is { Function: 4, Index: 0 });
        CpuidEntry third = guest.Single(leaf => leaf is { Function: 4, Index: 3 });
        CpuidEntry amdThird = guest.Single(leaf => leaf.Function == 0x8000_001d);
        Assert.Equal((0u, count - 1), (Sharing(first), first.Eax >> 26));
        Assert.Equal((count - 1, count - 1), (Sharing(third), third.Eax >> 26));
        Assert.Equal((count - 1, 0u), (Sharing(amdThird), amdThird.Eax >> 26));
        // Type, level and flags stay.
        Assert.Equal((0x121u, 0x163u), (first.Eax & 0x3fff, third.Eax & 0x3fff));
        Assert.Equal((1u, 2u, 3u), (third.Ebx, third.Ecx, third.Edx));
        Assert.Equal((count - 1, count <= 1 ? 0u : count == 2 ? 1u : 2u), CoresOf(Leaf(guest, 0x8000_0008)));
    }

    [Fact]
    public void For_OtherLeaves_AreTheHosts()
    {
        CpuidEntry[] guest = CpuidPolicy.For(s_host, 1, 4, tscDeadline: true);

        Assert.All(
            new uint[] { 0, 7, 0x4000_0000 },
            function => Assert.Equal(Leaf(s_host, function), Leaf(guest, function)));
    }

    [Fact]
    public void For_HostWithoutTopologyLeaf_GivesNone()
    {
        CpuidEntry[] host = [.. s_host.Where(leaf => leaf.Function != 0xb)];

        Assert.DoesNotContain(CpuidPolicy.For(host, 0, 4, tscDeadline: true), leaf => leaf.Function == 0xb);
    }

    [Fact]
    public void For_ThisHost_IsTakenByKvm()
    {
        using KvmSystem kvm = KvmSystem.Open();
        using KvmVm vm = kvm.CreateVm();
        vm.CreateInterruptControllers();
        CpuidEntry[] supported = kvm.SupportedCpuid();

        for (uint id = 0; id < 4; id++)
        {
            using KvmVcpu vcpu = vm.CreateVcpu(id);
            CpuidEntry[] policy = CpuidPolicy.For(supported, id, 4, tscDeadline: true);
            vcpu.SetCpuid(policy);
            Assert.Equal(policy.Length, policy.Select(leaf => (leaf.Function, leaf.Index)).Distinct().Count());
        }
    }

    [Theory]
    [InlineData("GenuineIntel")]
    [InlineData("AuthenticAMD")]
    [InlineData("HygonGenuine")]
    public void Vendor_OfLeafZero_IsItsText(string vendor)
    {
        uint Word(int at) => (uint)(vendor[at] | vendor[at + 1] << 8 | vendor[at + 2] << 16 | vendor[at + 3] << 24);

        Assert.Equal(vendor, CpuidPolicy.Vendor([new CpuidEntry(0, 0, 0, 1, Word(0), Word(8), Word(4))]));
    }

    private static CpuidEntry Leaf(IEnumerable<CpuidEntry> leaves, uint function) =>
        leaves.Single(leaf => leaf.Function == function);

    private static (uint Eax, uint Ebx, uint Ecx, uint Edx) Registers(CpuidEntry leaf) =>
        (leaf.Eax, leaf.Ebx, leaf.Ecx, leaf.Edx);

    private static bool HasBit(uint value, int bit) => (value >> bit & 1) != 0;

    private static uint Sharing(CpuidEntry cache) => (cache.Eax >> 14) & 0xfff;

    private static (uint Last, uint IdBits) CoresOf(CpuidEntry leaf) => (leaf.Ecx & 0xff, (leaf.Ecx >> 12) & 0xf);
}
