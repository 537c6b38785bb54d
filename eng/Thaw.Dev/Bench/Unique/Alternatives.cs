using System.Text.Json.Nodes;
using Thaw.Images.Building;
using Thaw.Images.Cache;

namespace Thaw.Dev.Bench.Unique;

/// <summary><c>bench/unique/alternatives.c</c>: built, and run on this machine.</summary>
internal static class Alternatives
{
    /// <summary>The folder with its source and with the functions that run it in a microVM.</summary>
    public const string Folder = "bench/unique";

    private const string ProviderRecipe = "openssl-kernel-random";
    private const string Suite = "trixie";

    /// <summary>Compiles it.</summary>
    /// <returns>The program.</returns>
    public static async Task<string> BuildAsync(CancellationToken cancellationToken)
    {
        string folder = Path.Combine(Workspace.Artifacts, "bench");
        Directory.CreateDirectory(folder);
        string program = Path.Combine(folder, "alternatives");
        await ChildProcess.RunAsync(
            "gcc",
            ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-o", program,
                Path.Combine(Workspace.Root, Folder, "alternatives.c"), "-ldl"],
            null, cancellationToken);
        return program;
    }

    /// <summary>Runs it on this machine: kernel, processor, OpenSSL as it comes and with our provider.</summary>
    public static async Task<IReadOnlyList<DrawCost>> RunAsync(string program, CancellationToken cancellationToken)
    {
        string configuration = await ConfigureAsync(Path.GetDirectoryName(program)!, cancellationToken);
        return
        [
            .. await RunAsync(program, "kernel", "/dev/null", "", cancellationToken),
            .. await RunAsync(program, "openssl", "/dev/null", "", cancellationToken),
            .. await RunAsync(program, "openssl", configuration, ", provider", cancellationToken),
        ];
    }

    /// <summary>Reads what one run printed.</summary>
    /// <param name="where">Where it ran.</param>
    /// <param name="objects">Its objects.</param>
    /// <param name="suffix">What to tell it from another run of the same by.</param>
    public static IEnumerable<DrawCost> Read(string where, IEnumerable<JsonNode?> objects, string suffix) =>
        objects.Select(one => new DrawCost(
            where, one!["name"]!.GetValue<string>() + suffix, one["ns"]!.GetValue<double>(),
            one["least"]!.GetValue<double>(), one["most"]!.GetValue<double>()));

    private static async Task<IEnumerable<DrawCost>> RunAsync(
        string program, string what, string configuration, string suffix, CancellationToken cancellationToken)
    {
        (int code, List<string> lines) = await ChildProcess.CaptureAsync(
            program, [what], null, cancellationToken,
            new Dictionary<string, string> { ["OPENSSL_CONF"] = configuration });
        return code == 0
            ? Read("machine", lines.Select(line => JsonNode.Parse(line)), suffix)
            : throw new DevException($"{program} {what} ended with code {code}: {string.Join('\n', lines)}");
    }

    /// <summary>An OpenSSL configuration with the provider of the guests' images.</summary>
    private static async Task<string> ConfigureAsync(string folder, CancellationToken cancellationToken)
    {
        var cache = new ImageCache(ImageCache.DefaultDirectory);
        using IDisposable held = await cache.LockAsync(null, cancellationToken);
        CacheEntry built = await NativeBuild.GetAsync(
            new BuildContext(cache, refreshPackages: false, null), ProviderRecipe, Suite, cancellationToken);
        string path = Path.Combine(folder, "provider.cnf");
        // Not named as their keys are: the section called "default" is the file's own.
        await File.WriteAllTextAsync(
            path,
            $"""
            openssl_conf = init
            [init]
            providers = provider_sect
            random = random_sect
            [provider_sect]
            default = default_sect
            thaw = thaw_sect
            [default_sect]
            activate = 1
            [thaw_sect]
            module = {built.PathOf("thaw.so")}
            activate = 1
            [random_sect]
            random = THAW-KERNEL

            """,
            cancellationToken);
        return path;
    }
}
