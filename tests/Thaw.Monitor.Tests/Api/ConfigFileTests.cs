using System.Text;
using Thaw.Monitor.Api;
using Thaw.Monitor.Control;

namespace Thaw.Monitor.Tests.Api;

public sealed class ConfigFileTests : ApiFixture
{
    [Fact]
    public void Apply_WholeConfiguration_StartsIt()
    {
        ControlResult result = Apply($$"""
            {"boot-source":{"kernel_image_path":"{{ExistingFile}}","boot_args":"quiet"},
             "drives":[{"drive_id":"code","is_root_device":false,"path_on_host":"{{ExistingFile}}"}],
             "pmem":[{"id":"root","path_on_host":"{{ExistingFile}}","read_only":true}],
             "machine-config":{"vcpu_count":2,"mem_size_mib":256},
             "vsock":{"guest_cid":3,"uds_path":"/v"},"entropy":{},"logger":{"level":"Info"},
             "network-interfaces":[],"balloon":null}
            """);

        Assert.Null(result.Fault);
        Assert.Equal(["start"], Controller.Calls);
        Assert.Equal("quiet", Controller.Config.BootSource!.BootArgs);
        Assert.Equal("code", Controller.Config.Drives.Single().DriveId);
        Assert.Equal("root", Controller.Config.Pmem.Single().Id);
        Assert.Equal(2, Controller.Config.MachineConfig!.VcpuCount);
        Assert.Equal(3u, Controller.Config.Vsock!.GuestCid);
        Assert.NotNull(Controller.Config.Entropy);
    }

    [Theory]
    [InlineData("""{"balloon":{"amount_mib":1}}""", "balloon")]
    [InlineData("""{"network-interfaces":[{"iface_id":"eth0"}]}""", "network-interfaces")]
    [InlineData("""{"mmds-config":{}}""", "mmds-config")]
    public void Apply_PartThatIsNotSupported_IsRefusedByName(string json, string what) => Assert.Equal(
        $"The requested operation is not supported: {what} is not supported by this monitor yet.", Apply(json).Fault);

    [Fact]
    public void Apply_WrongStep_StopsBeforeTheStart()
    {
        ControlResult result = Apply($$"""
            {"boot-source":{"kernel_image_path":"{{ExistingFile}}"},
             "drives":[{"drive_id":"a-b","is_root_device":false,"path_on_host":"{{ExistingFile}}"}]}
            """);

        Assert.Equal("API Resource IDs can only contain alphanumeric characters and underscores.", result.Fault);
        Assert.Empty(Controller.Calls);
    }

    [Fact]
    public void Apply_UnknownSection_IsRefused() => Assert.Throws<ApiBodyException>(() => Apply("""{"disks":[]}"""));

    private ControlResult Apply(string json) => ConfigFile.Apply(Encoding.UTF8.GetBytes(json), Session);
}
