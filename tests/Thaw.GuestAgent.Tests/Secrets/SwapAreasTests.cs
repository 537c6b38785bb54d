using Thaw.GuestAgent.Secrets;

namespace Thaw.GuestAgent.Tests.Secrets;

public sealed class SwapAreasTests : IDisposable
{
    private const string Heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
    private readonly string _path = Path.GetTempFileName();

    public void Dispose() => File.Delete(_path);

    [Fact]
    public void RequireNone_OnlyTheHeading_Passes()
    {
        File.WriteAllText(_path, Heading);

        SwapAreas.RequireNone(_path);
    }

    [Fact]
    public void RequireNone_KernelWithoutSwap_Passes() => SwapAreas.RequireNone(_path + ".missing");

    [Fact]
    public void RequireNone_OneArea_IsRefusedByName()
    {
        File.WriteAllText(_path, Heading + "/dev/zram0   partition\t1024\t0\t100\n");

        IOException error = Assert.Throws<IOException>(() => SwapAreas.RequireNone(_path));

        Assert.Contains("/dev/zram0", error.Message, StringComparison.Ordinal);
    }
}
