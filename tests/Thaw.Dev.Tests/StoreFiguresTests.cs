using System.Text.Json;
using System.Text.Json.Nodes;
using Thaw.Dev.Bench.Store;

namespace Thaw.Dev.Tests;

public sealed class StoreFiguresTests
{
    [Fact]
    public void Json_Figures_HasTheNamesThatProgramsRead()
    {
        IReadOnlyList<StoreFigures> figures =
        [
            new()
            {
                Image = "boot",
                Tool = "thaw",
                SealMibSPerCore = 1000.5,
                OpenMibSPerCore = 2000,
                BytesIn = 1 << 28,
                BytesNotZero = 1 << 26,
                BytesStored = 1 << 24,
                SealMibSWall = 900,
                OpenMibSWall = 1800,
                SealMibSPerCoreRange = [990, 1010],
                OpenMibSPerCoreRange = [1990, 2010],
            },
        ];

        JsonNode line = JsonNode.Parse(
            JsonSerializer.Serialize(figures, StoreJson.Default.IReadOnlyListStoreFigures))![0]!;

        Assert.Equal("boot", line["image"]!.GetValue<string>());
        Assert.Equal("thaw", line["tool"]!.GetValue<string>());
        Assert.Equal(1000.5, line["seal_mib_s_per_core"]!.GetValue<double>());
        Assert.Equal(2000, line["open_mib_s_per_core"]!.GetValue<double>());
        Assert.Equal(1 << 28, line["bytes_in"]!.GetValue<long>());
        Assert.Equal(1 << 24, line["bytes_stored"]!.GetValue<long>());
    }

    [Fact]
    public void Less_StartThatTookLonger_LeavesAMillisecond()
    {
        Cost left = new Cost(0.5, 2).Less(new Cost(0.6, 0.5));

        Assert.Equal(new Cost(0.001, 1.5), left);
    }
}
