using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness.Runtimes;

/// <summary>
/// Every source of randomness that .NET offers, without a hook of the function's own: 20 clones of two snapshots, 50
/// values each. The names are those of <c>docs/uniqueness.md</c>.
/// </summary>
public sealed class DotNetSourceTests(DotNetSourceDraws draws) : IClassFixture<DotNetSourceDraws>
{
    private const int DrawCount = 50;

    private static readonly string[] s_drawn =
    [
        "Random.Shared", "Random.Shared, bytes", "Random.Shared, doubles", "Random.Shared in a new thread",
        "Random.Shared in a thread of init", "Random.Shared in the thread pool", "new Random()",
        "new Random(), derived", "Guid.NewGuid", "Guid.CreateVersion7", "RandomNumberGenerator.Fill",
        "RandomNumberGenerator of init", "RandomNumberGenerator in a new thread", "Aes keys", "ECDsa keys",
        "Path.GetRandomFileName", "Path.GetTempFileName", "trace ids of activities", "/dev/random, open since init",
    ];

    public static TheoryData<string> Drawn => [.. s_drawn];

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Draws_OfAllClonesAndBothInits_NeverRepeat(string source)
    {
        string[] values =
        [
            .. draws.Clones.SelectMany(clone => Texts(clone["draws"]![source]!)),
            .. Inits().SelectMany(init => Texts(init["draws"]![source]!)),
        ];

        Assert.Equal((DotNetSourceDraws.CloneCount + DotNetSourceDraws.SnapshotCount) * DrawCount, values.Length);
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    [Fact]
    public void Sources_AreAllListed() =>
        Assert.Equal(s_drawn, draws.Clones[0]["draws"]!.AsObject().Select(source => source.Key));

    [Fact]
    public void RandomShared_InAThreadThatWakesBeforeTheRuntime_IsTheClonesOwn()
    {
        string[][] seen = [.. draws.Clones.Select(clone => Texts(clone["watcher"]!).ToArray())];

        // One draw of init and one of just before the thread waited are the snapshot's; the last is the clone's.
        Assert.All(seen, values => Assert.Equal(3, values.Length));
        Assert.Equal(DotNetSourceDraws.SnapshotCount, seen.Select(values => values[1]).Distinct().Count());
        Assert.Equal(DotNetSourceDraws.CloneCount, seen.Select(values => values[2]).Distinct().Count());
    }

    [Theory]
    [InlineData("string hash seed")]
    [InlineData("HashCode seed")]
    [InlineData("ActivityTraceId.CreateRandom")]
    [InlineData("a Random of init")]
    public void Fixed_InOneSnapshot_IsTheSameInItsClones(string source)
    {
        // What the documentation says that nothing can be done about.
        IEnumerable<IGrouping<string, JsonObject>> snapshots = draws.Clones.GroupBy(clone => clone["init"]!.ToString());

        Assert.Equal(DotNetSourceDraws.SnapshotCount, snapshots.Count());
        Assert.All(
            snapshots, clones => Assert.Single(clones.Select(clone => clone["fixed"]![source]!.ToString()).Distinct()));
    }

    [Fact]
    public void SecretBuffer_FilledInInit_IsEmptyInEveryClone()
    {
        Assert.All(Inits(), init => Assert.True(init["secret"]!.GetValue<bool>()));
        Assert.All(draws.Clones, clone => Assert.False(clone["secret"]!.GetValue<bool>()));
    }

    private IEnumerable<JsonObject> Inits() =>
        draws.Clones.Select(clone => clone["init"]!.AsObject()).DistinctBy(init => init.ToString());

    private static IEnumerable<string> Texts(JsonNode node) =>
        node.AsArray().Select(value => value!.GetValue<string>());
}
