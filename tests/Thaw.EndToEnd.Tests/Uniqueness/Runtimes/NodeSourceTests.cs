using System.Text.Json.Nodes;

namespace Thaw.EndToEnd.Tests.Uniqueness.Runtimes;

/// <summary>
/// Every source of randomness that Node.js offers, without a hook of the function's own: 20 clones of two snapshots.
/// The names are those of <c>docs/uniqueness.md</c>.
/// </summary>
public sealed class NodeSourceTests(NodeSourceDraws draws) : IClassFixture<NodeSourceDraws>
{
    private const int DrawCount = 50;

    private static readonly string[] s_drawn =
    [
        "Math.random", "Math.random in a microtask", "Math.random in a vm context, there since init",
        "crypto.randomBytes", "crypto.randomBytes, called back", "crypto.randomFill, called back",
        "crypto.randomInt", "crypto.randomInt, called back", "crypto.randomUUID", "crypto.randomUUID, required",
        "crypto.getRandomValues", "webcrypto.randomUUID", "fs.mkdtemp names", "Math.random in a new vm context",
        "generateKeyPair, Ed25519", "generateKeyPair, P-256, called back", "ECDSA signatures of one message",
        "webcrypto.subtle.generateKey",
        "Math.random in a worker, there since init", "crypto.randomUUID in a worker, there since init",
        "crypto.randomInt in a worker, there since init", "crypto.randomBytes in a worker, there since init",
        "Math.random in a new worker", "crypto.randomUUID in a new worker",
    ];

    public static TheoryData<string> Drawn => [.. s_drawn];

    [Theory]
    [MemberData(nameof(Drawn))]
    public void Draws_OfAllClonesAndBothInits_NeverRepeat(string source)
    {
        string[] values = [.. Draws().SelectMany(drawn => Texts(drawn[source]!))];

        Assert.Equal((NodeSourceDraws.CloneCount + 2) * DrawCount, values.Length);
        Assert.Equal(values.Length, values.Distinct().Count());
    }

    [Fact]
    public void Sources_AreAllListed() =>
        Assert.Equal(s_drawn, draws.Clones[0]["draws"]!.AsObject().Select(source => source.Key));

    [Fact]
    public void TimeOrigin_InOneSnapshot_IsTheSameInItsClones()
    {
        // What the documentation says that nothing can be done about.
        IEnumerable<IGrouping<string, JsonObject>> snapshots = draws.Clones.GroupBy(clone => clone["init"]!.ToString());

        Assert.All(
            snapshots,
            clones => Assert.Single(clones.Select(c => c["fixed"]!["performance.timeOrigin"]!.ToString()).Distinct()));
    }

    private IEnumerable<JsonObject> Draws() =>
        draws.Clones.Select(clone => clone["draws"]!.AsObject()).Concat(
            draws.Clones.Select(clone => clone["init"]!["draws"]!.AsObject()).DistinctBy(init => init.ToString()));

    private static IEnumerable<string> Texts(JsonNode node) =>
        node.AsArray().Select(value => value!.GetValue<string>());
}
