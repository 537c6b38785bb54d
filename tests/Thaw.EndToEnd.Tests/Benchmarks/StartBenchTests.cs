using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Benchmarks;

/// <summary>What is said of starts from far away, by the benchmark that measures it.</summary>
public sealed class StartBenchTests(ThawFixture thaw)
{
    private const int FarAwayMs = 10;
    private const double MovedPercentMax = 5;
    private const double PrefetchShareMax = 0.5;
    private static readonly TimeSpan s_max = TimeSpan.FromMinutes(12);

    [Fact]
    public async Task ColdRemoteStart_WithPrefetch_MovesLittle_AndAnswersInHalfTheTime()
    {
        // It starts services of its own at the same address.
        await thaw.Service.StopAsync();

        // With the images that this host has already.
        JsonArray figures = await DevProgram.RunAsync(s_max, [
            "bench", "start", "--no-publish", "--rounds", "3", "--delay-ms", $"{FarAwayMs}", "--json",
            .. DevProgram.RuntimeOptions]);

        JsonNode with = Line(figures, prefetch: true);
        JsonNode without = Line(figures, prefetch: false);
        Console.WriteLine($"Cold remote starts: {figures.ToJsonString()}");
        Assert.InRange(
            100.0 * with["bytes_moved"]!.GetValue<long>() / with["guest_bytes"]!.GetValue<long>(),
            0.01, MovedPercentMax);
        Assert.InRange(with["prefetched"]!.GetValue<long>(), 100, long.MaxValue);
        Assert.Equal(0, without["prefetched"]!.GetValue<long>());
        double share = with["answer_ms"]!.GetValue<double>() / without["answer_ms"]!.GetValue<double>();
        Assert.True(share <= PrefetchShareMax, $"{share:P0} of the time without prefetch: {figures.ToJsonString()}");
    }

    private static JsonNode Line(JsonArray figures, bool prefetch) =>
        figures.Single(line => line!["prefetch"]!.GetValue<bool>() == prefetch)!;
}
