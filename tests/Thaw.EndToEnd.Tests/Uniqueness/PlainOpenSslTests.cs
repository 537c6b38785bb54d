using System.Text.Json.Nodes;
using Thaw.EndToEnd.Tests.Harness;

namespace Thaw.EndToEnd.Tests.Uniqueness;

/// <summary>OpenSSL's own generators, where the image's configuration does not count: they are seeded again.</summary>
public sealed class PlainOpenSslTests(ThawFixture thaw) : IDisposable
{
    private const int CloneCount = 4;
    private const int DrawCount = 50;

    /// <summary>A library like the image's, to be packed with the function.</summary>
    private const string Library = "/usr/lib/x86_64-linux-gnu/libcrypto.so.3";

    /// <summary>Named as packages name theirs: by its usual name, it would be taken in place of the image's.</summary>
    private const string BundledName = "libcrypto-bundled.so.3";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("thaw-openssl-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public async Task GeneratorsInTheProcess_OfImageAndPackage_RepeatNothing()
    {
        string bundled = Path.Combine(_directory.FullName, BundledName);
        File.Copy(Library, bundled);
        UniqueFunction function = await UniqueFunction.CreateAsync(
            thaw, "plain-openssl", "plain_openssl.py", bundled,
            new Dictionary<string, string> { ["OPENSSL_CONF"] = "/dev/null" });
        string version = await function.PublishAsync();

        List<JsonObject> clones = [];
        for (int i = 0; i < CloneCount; i++)
        {
            clones.Add((await function.InvokeAsync(version)).Succeeded().Json);
        }

        // They are what they shall be: two libraries, and OpenSSL's default generator in both.
        Assert.All(clones, clone => Assert.True(clone["separate"]!.GetValue<bool>()));
        Assert.All(clones, clone => Assert.Equal(
            ["CTR-DRBG", "CTR-DRBG"], clone["generators"]!.AsArray().Select(name => name!.GetValue<string>())));
        Assert.Equal(7, clones[0]["draws"]!.AsObject().Count);
        foreach ((string source, JsonNode? inInit) in clones[0]["init"]!.AsObject())
        {
            string[] values = [.. Texts(inInit), .. clones.SelectMany(clone => Texts(clone["draws"]![source]))];
            Assert.Equal((CloneCount + 1) * DrawCount, values.Length);
            Assert.True(values.Length == values.Distinct().Count(), $"{source} repeats");
        }
    }

    private static IEnumerable<string> Texts(JsonNode? values) =>
        values!.AsArray().Select(value => value!.GetValue<string>());
}
