using Thaw.Monitor.Control;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Tests.Control;

public sealed class ConfigTranslationTests
{
    private static readonly BootSourceConfig s_kernel = new() { KernelImagePath = "/k", BootArgs = "quiet" };

    private static readonly Models.DriveConfig s_drive =
        new() { DriveId = "d", IsRootDevice = false, PathOnHost = "/d" };

    private static readonly Models.PmemConfig s_pmem = new() { Id = "p", PathOnHost = "/p", ReadOnly = true };

    [Fact]
    public void ToVmm_RootDrive_IsNamedToTheKernel()
    {
        Assert.Equal("quiet root=/dev/vda rw", CommandLineWith(s_drive with { IsRootDevice = true }));
        Assert.Equal(
            "quiet root=PARTUUID=12-3 ro",
            CommandLineWith(s_drive with { IsRootDevice = true, IsReadOnly = true, Partuuid = "12-3" }));
        Assert.Equal("quiet", CommandLineWith(s_drive));
    }

    [Fact]
    public void ToVmm_RootPmem_IsNamedToTheKernelByItsPlace()
    {
        VmConfig config = new() { Pmem = [s_pmem, s_pmem with { Id = "root", RootDevice = true }] };

        Assert.Equal("quiet root=/dev/pmem1 ro", ConfigTranslation.ToVmm(config, s_kernel).BootSource!.CommandLine);
    }

    [Fact]
    public void FromVmm_OfToVmm_IsTheSameMicrovm()
    {
        VmConfig config = new()
        {
            MachineConfig = new Models.MachineConfig { VcpuCount = 2, MemSizeMib = 64, TrackDirtyPages = true },
            Drives = [s_drive with { IsReadOnly = true, CacheType = CacheType.Writeback }],
            Pmem = [s_pmem],
            Vsock = new Models.VsockConfig { GuestCid = 3, UdsPath = "/v" },
            Entropy = new EntropyConfig(),
        };

        VmConfig again = ConfigTranslation.FromVmm(ConfigTranslation.ToVmm(config, s_kernel));

        Assert.Equal(config.MachineConfig, again.MachineConfig);
        Assert.Equal(config.Drives, again.Drives);
        Assert.Equal(config.Pmem, again.Pmem);
        Assert.Equal(config.Vsock, again.Vsock);
        Assert.Equal(config.Entropy, again.Entropy);
    }

    [Fact]
    public void FindUnsupported_TooManyVcpus_NamesBoth() => Assert.Equal(
        $"The requested operation is not supported: More than {Vmm.Config.MachineConfig.VcpuCountMax} vCPUs "
        + "(asked for 32) is not supported by this monitor yet.",
        ConfigTranslation.FindUnsupported(new VmConfig
        {
            MachineConfig = new Models.MachineConfig { VcpuCount = 32, MemSizeMib = 64 },
        }));

    private static string CommandLineWith(Models.DriveConfig drive) =>
        ConfigTranslation.ToVmm(new VmConfig { Drives = [drive] }, s_kernel).BootSource!.CommandLine;
}
