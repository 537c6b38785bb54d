using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>A clone's clocks: the wall clock is right before user code sees it, the other one stood still.</summary>
public sealed class ClockTests(ClockReadings readings) : IClassFixture<ClockReadings>
{
    private const long ErrorMaxNs = 10_000_000;

    /// <summary>What a snapshot and a restore take of the guest's own time; it lay for several times as long.</summary>
    private const long MonotonicGapMaxNs = 8_000_000_000;

    [Fact]
    public void WallClock_OfTheHostsTime_IsRightToTenMilliseconds()
    {
        // Each invocation says that the clone's clock is ahead by no more than one number and no less than another. The
        // clocks run alike, so all of it is true at once.
        long leastNs = long.MinValue;
        long mostNs = long.MaxValue;
        foreach ((JsonObject answer, (DateTimeOffset from, DateTimeOffset to)) in readings.Answers.Zip(readings.Bounds))
        {
            long real = Real(answer["now"]!);
            leastNs = Math.Max(leastNs, real - UnixNs(to));
            mostNs = Math.Min(mostNs, real - UnixNs(from));
        }

        Assert.True(leastNs <= mostNs, $"It is ahead by {leastNs} to {mostNs} ns: the clocks do not run alike.");
        Assert.True(leastNs <= ErrorMaxNs && mostNs >= -ErrorMaxNs, $"It is ahead by {leastNs} to {mostNs} ns.");
        Assert.True(mostNs - leastNs <= 4 * ErrorMaxNs, $"It is ahead by {leastNs} to {mostNs} ns: that says little.");
    }

    [Fact]
    public void WallClock_IsSetBeforeUserCodeRuns_AndNeverAgain()
    {
        JsonObject answer = readings.Answers[0];
        long offset = Offset(answer["now"]!);

        // A thread that was reading when the function was frozen, the first hook, the handler: all see one clock.
        Assert.InRange(Offset(answer["first"]!), offset - ErrorMaxNs, offset + ErrorMaxNs);
        Assert.InRange(Offset(answer["hook"]!), offset - ErrorMaxNs, offset + ErrorMaxNs);
        Assert.All(
            readings.Answers, other => Assert.InRange(Offset(other["now"]!), offset - ErrorMaxNs, offset + ErrorMaxNs));
    }

    [Fact]
    public void MonotonicClock_WhileTheSnapshotLay_StoodStill()
    {
        JsonObject answer = readings.Answers[0];
        JsonNode first = answer["first"]!;
        // The very last reading may have been under way when the function was frozen.
        JsonNode before = answer["before"]!.AsArray().Last(
            reading => Real(first) - Real(reading!) > ClockReadings.Age.TotalNanoseconds)!;

        Assert.InRange(Monotonic(first) - Monotonic(before), 0, MonotonicGapMaxNs);
        Assert.Equal(
            readings.Answers.Select(other => Monotonic(other["now"]!)).Order(),
            readings.Answers.Select(other => Monotonic(other["now"]!)));
    }

    [Fact]
    public void Kernel_AfterALongPause_ReportsNoLockup()
    {
        Assert.DoesNotMatch(
            "(?i)lockup|rcu.*stall|hung task|blocked for more than|clocksource.*unstable", readings.Consoles);
    }

    private static long Real(JsonNode reading) => reading["real"]!.GetValue<long>();

    private static long Monotonic(JsonNode reading) => reading["monotonic"]!.GetValue<long>();

    private static long Offset(JsonNode reading) => Real(reading) - Monotonic(reading);

    private static long UnixNs(DateTimeOffset time) =>
        (time - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
