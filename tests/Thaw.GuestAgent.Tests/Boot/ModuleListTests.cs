using Thaw.GuestAgent.Boot;

namespace Thaw.GuestAgent.Tests.Boot;

public sealed class ModuleListTests
{
    [Fact]
    public void Parse_PathsNamesCommentsAndOptionalOnes()
    {
        const string Text = "# first\n/lib/modules/virtio_mmio.ko\n\n  vsock.ko  \r\n? extra.ko\n";

        Assert.Equal(
            [
                ("/lib/modules/virtio_mmio.ko", false),
                ("/lib/modules/vsock.ko", false),
                ("/lib/modules/extra.ko", true),
            ],
            ModuleList.Parse(Text));
    }

    [Fact]
    public void Parse_EndlessList_IsRefused() => Assert.Throws<InvalidDataException>(
        () => ModuleList.Parse(string.Concat(Enumerable.Repeat("m.ko\n", AgentLimits.ModulesMax + 1))));
}
