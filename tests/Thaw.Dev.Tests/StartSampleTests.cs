using System.Text.Json;
using System.Text.Json.Nodes;
using Thaw.Dev.Bench.Starts;
using Thaw.Dev.Demo;

namespace Thaw.Dev.Tests;

public sealed class StartSampleTests
{
    [Fact]
    public void Summarise_SeveralKindsOfStart_GivesTheMedianOfEach()
    {
        StartSample[] samples =
        [
            Sample(1, prefetch: false, answerMs: 900, moved: 5000), Sample(1, prefetch: true, answerMs: 300, moved: 70),
            Sample(1, prefetch: false, answerMs: 500, moved: 5000), Sample(1, prefetch: true, answerMs: 200, moved: 90),
            Sample(1, prefetch: false, answerMs: 700, moved: 5000), Sample(1, prefetch: true, answerMs: 250, moved: 80),
        ];

        IReadOnlyList<StartFigures> figures = StartSample.Summarise(samples);

        Assert.Equal([(1, false, 700.0, 5000L), (1, true, 250.0, 80L)], figures.Select(
            line => (line.StoreDelayMs, line.Prefetch, line.AnswerMs, line.BytesMoved)));
        Assert.Equal([200.0, 300.0], figures[1].AnswerMsRange);
    }

    [Fact]
    public void Json_Figures_HasTheNamesThatProgramsRead()
    {
        IReadOnlyList<StartFigures> figures = StartSample.Summarise([Sample(10, true, 123.4, 80)]);

        JsonNode line = JsonNode.Parse(
            JsonSerializer.Serialize(figures, StartJson.Default.IReadOnlyListStartFigures))![0]!;

        Assert.Equal(10, line["store_delay_ms"]!.GetValue<int>());
        Assert.True(line["prefetch"]!.GetValue<bool>());
        Assert.Equal(123.4, line["answer_ms"]!.GetValue<double>());
        Assert.Equal(80, line["bytes_moved"]!.GetValue<long>());
        Assert.Equal(1 << 20, line["guest_bytes"]!.GetValue<long>());
        Assert.Equal(7, line["faults"]!.GetValue<long>());
    }

    private static StartSample Sample(int delayMs, bool prefetch, double answerMs, long moved) => new(
        TimeSpan.FromMilliseconds(delayMs),
        prefetch,
        new Invocation("id", "restore", "clone", answerMs / 2, answerMs, 1, 1, 0, []),
        new JsonObject
        {
            ["GuestBytes"] = 1L << 20,
            ["BytesMoved"] = moved,
            ["Faults"] = 7L,
            ["FaultsWaited"] = 3L,
            ["Prefetched"] = 2L,
            ["PrefetchWasted"] = 1L,
        });
}
