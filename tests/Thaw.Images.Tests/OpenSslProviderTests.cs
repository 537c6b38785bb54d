using Thaw.Images.Building;
using Thaw.Images.Cache;
using Thaw.Images.Recipes;
using Thaw.Images.Tools;

namespace Thaw.Images.Tests;

/// <summary>
/// The provider that guests' OpenSSL takes random numbers from, with their configuration, under this machine's OpenSSL.
/// </summary>
public sealed class OpenSslProviderTests : IAsyncLifetime
{
    private const string Suite = "trixie";
    private const string InstalledPath = "/usr/lib/x86_64-linux-gnu/ossl-modules/thaw.so";

    /// <summary>What getrandom gives in these tests: anything that is not made of it shows other bytes.</summary>
    private const string KnownRandom = """
        #include <string.h>
        #include <sys/types.h>
        ssize_t getrandom(void *out, size_t size, unsigned flags) { (void)flags; memset(out, 0x5a, size); return size; }
        """;

    private readonly TemporaryDirectory _directory = new();

    private string Configuration => Path.Combine(_directory.Path, "openssl.cnf");

    private string KnownRandomLibrary => Path.Combine(_directory.Path, "known.so");

    public async ValueTask InitializeAsync()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string provider = await BuildAsync(cancellationToken);
        string added = System.Text.Encoding.UTF8.GetString(RecipeFiles.Read("openssl/thaw.cnf"));
        Assert.Contains(InstalledPath, added, StringComparison.Ordinal);
        File.WriteAllText(
            Configuration,
            "openssl_conf = openssl_init\nconfig_diagnostics = 1\n[openssl_init]\nproviders = provider_sect\n"
            + "[provider_sect]\ndefault = default_sect\n[default_sect]\n"
            + added.Replace(InstalledPath, provider, StringComparison.Ordinal));
        string source = Path.Combine(_directory.Path, "known.c");
        File.WriteAllText(source, KnownRandom);
        await HostTool.RunAsync(
            new ToolCall("gcc", "-shared", "-fPIC", "-o", KnownRandomLibrary, source), cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        _directory.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rand_EveryByteIsTheKernels()
    {
        string bytes = await OpenSslAsync(knownRandom: true, "rand", "-hex", "1000");

        Assert.Equal(string.Concat(Enumerable.Repeat("5a", 1000)), bytes.Trim());
    }

    [Fact]
    public async Task Rand_WithoutTheProvider_IsStretchedFromASeed()
    {
        File.WriteAllText(Configuration, "");

        string bytes = await OpenSslAsync(knownRandom: true, "rand", "-hex", "1000");

        Assert.DoesNotContain("5a5a5a5a", bytes, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Instances_PrimaryPublicAndPrivate_AreAllTheKernels()
    {
        string[] lines = (await OpenSslAsync(knownRandom: false, "list", "-random-instances")).Split('\n');

        Assert.Equal(3, lines.Count(line => line.Trim() == "THAW-KERNEL @ thaw"));
        Assert.Equal(3, lines.Count(line => line.Trim() == "state = ready"));
    }

    [Theory]
    [InlineData("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")]
    [InlineData("genpkey", "-algorithm", "ED25519")]
    [InlineData("genrsa", "1024")]
    public async Task Keys_AreMade(params string[] arguments) =>
        Assert.Contains("PRIVATE KEY", await OpenSslAsync(knownRandom: false, arguments), StringComparison.Ordinal);

    [Fact]
    public async Task MissingProvider_EndsTheProgram()
    {
        File.WriteAllText(
            Configuration,
            File.ReadAllText(Configuration).Replace("\nmodule = ", "\nmodule = /missing", StringComparison.Ordinal));

        await Assert.ThrowsAsync<ImageException>(() => OpenSslAsync(knownRandom: false, "rand", "-hex", "8"));
    }

    private static async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        var cache = new ImageCache(ImageCache.DefaultDirectory);
        using IDisposable held = await cache.LockAsync(null, cancellationToken);
        var context = new BuildContext(cache, refreshPackages: false, null);
        CacheEntry built = await NativeBuild.GetAsync(context, "openssl-kernel-random", Suite, cancellationToken);
        return built.PathOf("thaw.so");
    }

    private Task<string> OpenSslAsync(bool knownRandom, params string[] arguments)
    {
        var environment = new Dictionary<string, string> { ["OPENSSL_CONF"] = Configuration };
        if (knownRandom)
        {
            environment["LD_PRELOAD"] = KnownRandomLibrary;
        }

        return HostTool.RunAsync(
            new ToolCall("openssl", arguments) { Environment = environment }, TestContext.Current.CancellationToken);
    }
}
