using System.Text.Json.Nodes;
using Thaw.Dev.Demo;

namespace Thaw.Dev.Bench.Starts;

/// <summary>One start.</summary>
/// <param name="Delay">How long the store held each request back.</param>
/// <param name="Prefetch">Whether there was prefetch.</param>
/// <param name="Invocation">What the service said of it.</param>
/// <param name="Paging">What its record says of how memory came.</param>
internal sealed record StartSample(TimeSpan Delay, bool Prefetch, Invocation Invocation, JsonObject Paging)
{
    /// <summary>Takes medians of the starts of each kind.</summary>
    public static IReadOnlyList<StartFigures> Summarise(IEnumerable<StartSample> samples) =>
    [
        .. samples.GroupBy(sample => (sample.Delay, sample.Prefetch)).Select(kind =>
        {
            double[] answers = [.. kind.Select(sample => sample.Invocation.AnswerMs).Order()];
            return new StartFigures
            {
                StoreDelayMs = (int)kind.Key.Delay.TotalMilliseconds,
                Prefetch = kind.Key.Prefetch,
                AnswerMs = Middle(answers),
                RestoreMs = Middle([.. kind.Select(sample => sample.Invocation.RestoreMs).Order()]),
                BytesMoved = Of(kind, "bytesMoved"),
                GuestBytes = Of(kind, "guestBytes"),
                Faults = Of(kind, "faults"),
                FaultsWaited = Of(kind, "faultsWaited"),
                Prefetched = Of(kind, "prefetched"),
                PrefetchWasted = Of(kind, "prefetchWasted"),
                AnswerMsRange = [answers[0], answers[^1]],
            };
        }),
    ];

    private static long Of(IEnumerable<StartSample> samples, string field) => (long)Middle(
    [
        .. samples.Select(sample => (double)sample.Paging
            .First(pair => pair.Key.Equals(field, StringComparison.OrdinalIgnoreCase)).Value!.GetValue<long>()).Order(),
    ]);

    private static double Middle(double[] sorted) =>
        Math.Round((sorted[sorted.Length / 2] + sorted[(sorted.Length - 1) / 2]) / 2, 1);
}
