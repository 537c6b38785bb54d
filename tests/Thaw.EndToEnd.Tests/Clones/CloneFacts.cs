using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Clones;

/// <summary>What has to be true of clones of one snapshot.</summary>
internal static class CloneFacts
{
    /// <summary>The service's own clock counts in milliseconds here.</summary>
    private static readonly TimeSpan s_clockTolerance = TimeSpan.FromMilliseconds(10);

    /// <summary>Invokes a fresh clone for its description.</summary>
    public static async Task<InvokeResult> DescribeAsync(ThawFixture thaw, string version) =>
        (await thaw.Functions.InvokeAsync(
            ThawFixture.Probe, version, new JsonObject { ["do"] = "describe" }, fresh: true)).Succeeded();

    /// <summary>Each started from the snapshot, on its own, and shares nothing but what init made.</summary>
    public static async Task AreIndependentAsync(ThawFixture thaw, IReadOnlyList<InvokeResult> clones)
    {
        Assert.All(clones, c => Assert.Equal("restore", c.StartKind));
        Assert.All(clones, c => Assert.Equal(c.CloneId, Text(c, "clone_id")));
        AreDistinct(clones, "clone_id");
        AreDistinct(clones, "uuid");
        AreDistinct(clones, "random_hex");
        Assert.Single(clones.Select(c => Text(c, "init_id")).Distinct());
        Assert.Single(clones.Select(c => Text(c, "table")).Distinct());
        Assert.All(clones, c => Assert.Equal(1, c.Json["invocations"]!.GetValue<int>()));
        Assert.All(clones, c => Assert.Equal(1, c.Json["restored"]!.GetValue<int>()));
        await HaveTheTimeAsync(thaw, clones);
    }

    private static async Task HaveTheTimeAsync(ThawFixture thaw, IReadOnlyList<InvokeResult> clones)
    {
        Dictionary<string, JsonObject> records = await thaw.Functions.RecordsAsync(ThawFixture.Probe);
        foreach (InvokeResult clone in clones)
        {
            DateTimeOffset from = records[clone.RequestId]["startedAt"]!.GetValue<DateTimeOffset>();
            DateTimeOffset to = from.AddMilliseconds(clone.AnswerMs);
            DateTimeOffset seen = DateTimeOffset.UnixEpoch.AddTicks(
                clone.Json["wall_clock_ns"]!.GetValue<long>() / TimeSpan.NanosecondsPerTick);
            Assert.InRange(seen, from - s_clockTolerance, to + s_clockTolerance);
        }
    }

    private static void AreDistinct(IReadOnlyList<InvokeResult> clones, string field)
    {
        string[] values = [.. clones.Select(c => Text(c, field))];
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    private static string Text(InvokeResult clone, string field) => clone.Json[field]!.GetValue<string>();
}
