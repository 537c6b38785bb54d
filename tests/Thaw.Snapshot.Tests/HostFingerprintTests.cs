namespace Thaw.Snapshot.Tests;

public sealed class HostFingerprintTests
{
    private static HostFingerprint Snapshot => SampleSnapshot.Host;

    [Fact]
    public void RequireSameHost_AnotherVendor_NamesBoth() => AssertRefused(
        Snapshot with { CpuVendor = "GenuineIntel" },
        "Snapshot CPU vendor is AMD, this host's is Intel.");

    [Fact]
    public void RequireSameHost_AnotherArchitecture_NamesBoth() => AssertRefused(
        Snapshot with { Architecture = "aarch64" },
        "Snapshot CPU architecture is x86_64, this host's is aarch64.");

    [Fact]
    public void RequireSameHost_AnotherFeatureHash_NamesBoth() => AssertRefused(
        Snapshot with { CpuidHash = 1 },
        "Snapshot CPU feature hash is 0xfeedfacecafebeef, this host's is 0x0000000000000001.");

    [Fact]
    public void RequireSameHost_AnotherKernel_NamesBoth() => AssertRefused(
        Snapshot with { KernelRelease = "6.1.0" },
        "Snapshot host kernel is 6.12.0-test, this host's is 6.1.0.");

    [Fact]
    public void RequireSameHost_SmallerCapability_NamesBoth() => AssertRefused(
        Snapshot with { Capabilities = [new KvmCapabilityValue(0, 1), new KvmCapabilityValue(208, 2696)] },
        "Snapshot needs KVM capability 208 of at least 4096, this host has 2696.");

    [Fact]
    public void RequireSameHost_CapabilityMissing_NamesBoth() => AssertRefused(
        Snapshot with { Capabilities = [new KvmCapabilityValue(208, 4096)] },
        "Snapshot needs KVM capability 0 of at least 1, this host has 0.");

    [Fact]
    public void RequireSameHost_OverriddenDifferences_AreAccepted() => Snapshot.RequireSameHost(
        Snapshot with { KernelRelease = "6.1.0", CpuidHash = 1, CpuSignature = 2 },
        HostCheckOverrides.KernelRelease | HostCheckOverrides.CpuModel);

    [Fact]
    public void RequireSameHost_VendorDiffers_NoOverrideHelps() => Assert.Throws<SnapshotException>(
        () => Snapshot.RequireSameHost(
            Snapshot with { CpuVendor = "GenuineIntel" },
            HostCheckOverrides.KernelRelease | HostCheckOverrides.CpuModel));

    private static void AssertRefused(HostFingerprint host, string message)
    {
        SnapshotException refused = Assert.Throws<SnapshotException>(() => Snapshot.RequireSameHost(host));
        Assert.Equal(SnapshotFault.HostMismatch, refused.Fault);
        Assert.Equal(message, refused.Message);
    }
}
