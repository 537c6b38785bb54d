using Thaw.Kvm;
using Thaw.Vmm.Probe;

namespace Thaw.Vmm.Tests.Probe;

public sealed class KvmProbeTests
{
    [Fact]
    public void Run_ThisMachine_MeasuresAndSaysWhy()
    {
        KvmProbeResult result = KvmProbe.Run();

        Assert.True(result.InstructionsPerMicrosecond > 0, result.Reason);
        Assert.Equal(
            result.InstructionsPerMicrosecond >= KvmProbe.UsableInstructionsPerMicrosecond, result.IsUsable);
        string expected = result.IsUsable ? "KVM runs guest code." : "emulates each guest instruction";
        Assert.Contains(expected, result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/dev/no-kvm", "ENOENT")]
    [InlineData("/dev/null", "ENOTTY")]
    public void Run_NotKvm_IsNotUsableAndNamesTheDeviceAndTheError(string path, string errno)
    {
        KvmProbeResult result = KvmProbe.Run(path);

        Assert.False(result.IsUsable);
        Assert.Equal(0, result.InstructionsPerMicrosecond);
        Assert.Contains(errno, result.Reason, StringComparison.Ordinal);
        Assert.Contains(path, result.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void HostCpu_ReadTwice_HasOneFingerprint()
    {
        using KvmSystem kvm = KvmSystem.Open();

        HostCpu first = HostCpu.Read(kvm);
        HostCpu second = HostCpu.Read(kvm);

        first.Fingerprint.RequireSameHost(second.Fingerprint);
        Assert.Equal("x86_64", first.Fingerprint.Architecture);
        Assert.Equal(12, first.Fingerprint.CpuVendor.Length);
        Assert.NotEqual(0u, first.Fingerprint.CpuSignature);
    }
}
