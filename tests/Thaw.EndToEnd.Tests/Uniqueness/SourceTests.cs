using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>
/// Every source of randomness and identity that Python offers, without a hook of the function's own: 20 clones of two
/// snapshots, 50 values each. The names are those of <c>docs/uniqueness.md</c>.
/// </summary>
[Collection(SourceDrawsGroup.Name)]
public sealed class SourceTests(SourceDraws draws)
{
    private const int DrawCount = 50;

    private static readonly string[] s_drawn =
    [
        "getrandom", "os.urandom", "/dev/urandom", "/dev/random, open since init", "secrets.token_bytes",
        "secrets.randbits", "random.SystemRandom", "uuid.uuid4", "uuid.uuid1", "random.random", "random.getrandbits",
        "random.random in a new thread", "tempfile names", "OpenSSL RAND_bytes",
        "OpenSSL RAND_bytes in a new thread", "OpenSSL RAND_priv_bytes",
    ];

    private static readonly string[] s_single =
    [
        "boot id", "machine id", "clone id", "host name", "kernel's uuid", "multiprocessing authkey", "openssl rand",
        "hash seed and layout of a new process",
    ];

    public static TheoryData<string> Drawn => [.. s_drawn];

    public static TheoryData<string> Single => [.. s_single];

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Draws_OfAllClonesAndBothInits_NeverRepeat(string source)
    {
        string[] values =
        [
            .. draws.Clones.SelectMany(clone => Texts(clone["draws"]![source]!)),
            .. Inits("draws").SelectMany(init => Texts(init[source]!)),
        ];

        Assert.Equal((SourceDraws.CloneCount + 2) * DrawCount, values.Length);
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Single))]
    public void Identity_OfAllClonesAndBothInits_NeverRepeats(string source)
    {
        string[] values =
        [
            .. draws.Clones.Select(clone => clone["single"]![source]?.GetValue<string>()).OfType<string>(),
            .. Inits("single").Select(init => init[source]!.ToString()),
        ];

        Assert.InRange(values.Length, 2 + 2, SourceDraws.CloneCount + 2);
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    [Fact]
    public void Sources_AreAllListed()
    {
        Assert.Equal(s_drawn, draws.Clones[0]["draws"]!.AsObject().Select(source => source.Key));
        Assert.Equal(s_single, draws.Clones[0]["single"]!.AsObject().Select(source => source.Key));
    }

    [Theory]
    [InlineData("hash seed")]
    [InlineData("address space layout")]
    [InlineData("random.Random(7)")]
    public void Fixed_InOneSnapshot_IsTheSameInItsClones(string source)
    {
        // What the documentation says that nothing can be done about.
        IEnumerable<IGrouping<string, JsonObject>> snapshots = draws.Clones.GroupBy(clone => clone["init"]!.ToString());

        Assert.All(
            snapshots, clones => Assert.Single(clones.Select(clone => clone["fixed"]![source]!.ToString()).Distinct()));
    }

    [Fact]
    public void TrackedWatcher_ConfirmsOnce_AndSeesWhatIsTheClonesOwn()
    {
        for (int i = 0; i < draws.Clones.Count; i++)
        {
            JsonObject seen = Assert.Single(draws.Clones[i]["watcher"]!.AsArray())!.AsObject();
            int inInit = draws.Clones[i]["init"]!["generation"]!.GetValue<int>();
            Assert.Equal(inInit + 1, seen["generation"]!.GetValue<int>());
            Assert.Equal(inInit + 1, seen["mapped"]!.GetValue<int>());
            Assert.Equal(draws.Answers[i].CloneId, seen["clone id"]!.GetValue<string>().Trim());
        }

        string[] random = [.. draws.Clones.Select(clone => clone["watcher"]![0]!["random"]!.GetValue<string>())];
        Assert.Equal(random.Length, random.Distinct().Count());
    }

    [Fact]
    public void NamedMemoryFile_IsZeroInEveryClone() =>
        Assert.All(draws.Clones, clone => Assert.Matches("^(00)+$", clone["secret"]!.GetValue<string>()));

    private IEnumerable<JsonObject> Inits(string kind) =>
        draws.Clones.Select(clone => clone["init"]![kind]!.AsObject()).DistinctBy(init => init.ToString());

    private static IEnumerable<string> Texts(JsonNode node) =>
        node.AsArray().Select(value => value!.GetValue<string>());
}
