using Thaw.Monitor.Control;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Tests.Control;

public sealed class ProcessUsageTests
{
    [Fact]
    public void ParseKilobytes_LinesOfTheKernel_GivesBytes()
    {
        Dictionary<string, long> values = ProcessUsage.ParseKilobytes(
            ["00400000-ffffe000 ---p 00000000 00:00 0  [rollup]", "Rss:        12 kB", "Private_Dirty: 8 kB"]);

        Assert.Equal(12 * 1024, values["Rss"]);
        Assert.Equal(8 * 1024, values["Private_Dirty"]);
        Assert.Equal(2, values.Count);
    }

    [Fact]
    public void Read_ThisProcess_HasUsedSomething()
    {
        MicrovmStats stats = ProcessUsage.Read(exits: 7);

        Assert.True(stats is { CpuTimeUs: > 0, PrivateBytes: > 0, Exits: 7 });
        Assert.True(stats.ResidentBytes >= stats.PrivateBytes);
    }
}
