using Thaw.Sysgenid.Tests.Building;
using Thaw.Sysgenid.Tests.Machine;

namespace Thaw.Sysgenid.Tests;

/// <summary>Each test of the guest's program, by name. Their sources are in <c>Guest/</c>.</summary>
[Collection(GuestRunGroup.Name)]
public sealed class SysgenidTests(GuestRun run)
{
    /// <summary>The names, read from the sources.</summary>
    public static TheoryData<string> Names => [.. GuestSources.TestNames];

    [Theory]
    [MemberData(nameof(Names))]
    public void Guest(string test)
    {
        TapLine result = run.ResultOf(test);

        Assert.True(result.Passed, result.Details);
    }
}
