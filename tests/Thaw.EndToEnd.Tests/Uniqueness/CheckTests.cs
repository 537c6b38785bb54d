using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary><c>thaw check</c> on a function that makes the classic mistakes, and where it does not.</summary>
public sealed class CheckTests(ThawFixture thaw) : IAsyncLifetime
{
    private UniqueFunction _function = null!;
    private string _version = "";

    public async ValueTask InitializeAsync()
    {
        _function = await UniqueFunction.CreateAsync(thaw, $"checked-{Guid.NewGuid():N}", "checked.py");
        _version = await _function.PublishAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Checks_FindWhatRepeatsAndWhatIsStored_AndNothingElse()
    {
        JsonObject shared = await UniqueAsync("shared");
        JsonObject own = await UniqueAsync("own");
        JsonObject secrets = await _function.CheckAsync(_version, "secrets", new JsonObject
        {
            ["secrets"] = new JsonObject
            {
                ["kept"] = Secret("a secret that the function keeps"),
                ["wiped"] = Secret("a secret that is wiped"),
                ["unknown"] = Secret("a secret that nobody has"),
            },
        });

        // A generator of init's: its numbers are in the answers of all clones.
        Assert.False(shared["isUnique"]!.GetValue<bool>());
        JsonObject token = shared["repeated"]![0]!.AsObject();
        Assert.Equal(48, token["value"]!.GetValue<string>().Length);
        Assert.Equal("response", token["places"]![0]!["where"]!.GetValue<string>());
        // Drawn in the handler: nothing repeats, neither in answers nor in 3 clones' memory.
        Assert.True(own["isUnique"]!.GetValue<bool>(), own.ToJsonString());
        Assert.True(own["writtenBytes"]!.GetValue<long>() > 1 << 20);
        string[] found = [.. secrets["found"]!.AsArray().Select(item => item!["name"]!.GetValue<string>()).Distinct()];
        Assert.Equal(["kept"], found);
    }

    private Task<JsonObject> UniqueAsync(string draw) =>
        _function.CheckAsync(_version, "unique?Clones=3", new JsonObject { ["draw"] = draw });

    private static string Secret(string text) =>
        Convert.ToBase64String(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)));
}
