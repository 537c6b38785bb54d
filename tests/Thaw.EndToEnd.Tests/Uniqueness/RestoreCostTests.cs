using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>What the protocol that makes clones unique takes of their restores.</summary>
[Collection(SourceDrawsGroup.Name)]
public sealed class RestoreCostTests(SourceDraws draws)
{
    private const double ShareMax = 0.20;
    private const double UsPerMs = 1000;

    private static readonly string[] s_steps =
        ["entropyUs", "clockUs", "identityUs", "generationUs", "thawUs", "watchersUs"];

    [Fact]
    public void Protocol_OfTwentyClones_TakesLessThanAFifthOfTheRestore()
    {
        double[] shares =
        [
            .. draws.Records.Select(record => s_steps.Sum(step => Microseconds(record, step))
                / UsPerMs / record["restoreMs"]!.GetValue<double>()).Order(),
        ];

        double median = shares[shares.Length / 2];
        Assert.Equal(SourceDraws.CloneCount, shares.Length);
        Assert.All(draws.Records, record => Assert.True(Microseconds(record, "entropyUs") > 0));
        Assert.True(
            median < ShareMax, $"Shares of the restore: {string.Join(' ', shares.Select(share => $"{share:P1}"))}");
    }

    [Fact]
    public void Steps_OfAClone_AddUpToNoMoreThanTheWhole() => Assert.All(
        draws.Records,
        record =>
        {
            double all = s_steps.Append("hooksUs").Sum(step => Microseconds(record, step));
            double whole = Microseconds(record, "totalUs");
            Assert.InRange(all, 0, whole);
            Assert.InRange(whole / UsPerMs, 0, record["restoreMs"]!.GetValue<double>());
        });

    private static double Microseconds(JsonObject record, string step) =>
        record["restore"]![step]?.GetValue<double>() ?? 0;
}
