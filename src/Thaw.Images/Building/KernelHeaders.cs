using System.Text.RegularExpressions;
using Thaw.Images.Cache;
using Thaw.Images.Debian;
using Thaw.Images.Tools;

namespace Thaw.Images.Building;

/// <summary>Debian's headers of the very kernel that guests boot. They are unpacked, not installed.</summary>
public static partial class KernelHeaders
{
    private const int RecipeVersion = 1;
    private const string ImagePrefix = "linux-image-";

    /// <summary>Gives the entry with the packages that a module is built with.</summary>
    public static async Task<CacheEntry> GetAsync(
        BuildContext context, CacheEntry kernel, CancellationToken cancellationToken)
    {
        string item = kernel.Record.Facts[KernelBuild.PackageFact];
        return await context.Cache.GetOrBuildAsync(
            "kernel-headers",
            new CacheKey("kernel-headers", RecipeVersion).Add("kernel", item),
            async (directory, ct) =>
            {
                (IReadOnlyList<string> packages, string version) = PackagesOf(item);
                context.Report("kernel-headers", $"Downloading the headers of {item}");
                PrivateApt apt = context.AptFor(context.Archive.KernelSuite);
                foreach (string package in packages)
                {
                    string deb = await apt.DownloadAsync(package, version, ct).ConfigureAwait(false);
                    File.Move(deb, Path.Combine(directory, $"{package}.deb"));
                }

                return new Dictionary<string, string>();
            },
            context.Progress,
            cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The packages for <c>linux-image-RELEASE-FLAVOUR=VERSION</c>, and their version.</summary>
    /// <exception cref="ImageException">It is not the name and version of a kernel's package.</exception>
    public static (IReadOnlyList<string> Packages, string Version) PackagesOf(string kernelItem)
    {
        Match match = KernelItem().Match(kernelItem);
        if (!match.Success)
        {
            throw new ImageException($"'{kernelItem}' is not linux-image-RELEASE-cloud-amd64=VERSION.");
        }

        string release = match.Groups["release"].Value;
        string flavour = match.Groups["flavour"].Value;
        return (
            [$"linux-headers-{release}-{flavour}", $"linux-headers-{release}-common", $"linux-kbuild-{release}"],
            match.Groups["version"].Value);
    }

    /// <summary>Unpacks the headers below a directory and gives the path that modules are built against.</summary>
    public static async Task<string> UnpackAsync(
        CacheEntry headers, CacheEntry kernel, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        (IReadOnlyList<string> packages, _) = PackagesOf(kernel.Record.Facts[KernelBuild.PackageFact]);
        foreach (string package in packages)
        {
            await HostTool.RunAsync(
                new ToolCall("dpkg-deb", "-x", headers.PathOf($"{package}.deb"), directory), cancellationToken)
                .ConfigureAwait(false);
        }

        string sources = Path.Combine(directory, "usr", "src");
        string tree = Path.Combine(sources, packages[0]);
        string makefile = Path.Combine(tree, "Makefile");
        // Debian's makefile names the common headers where the package would be installed.
        File.WriteAllText(
            makefile, File.ReadAllText(makefile).Replace("/usr/src/", sources + "/", StringComparison.Ordinal));
        return tree;
    }

    /// <summary>The compiler that unpacked headers ask for, such as <c>gcc-12</c>.</summary>
    /// <exception cref="ImageException">They name none.</exception>
    public static string CompilerOf(string tree)
    {
        Match match = Compiler().Match(File.ReadAllText(Path.Combine(tree, ".kernelvariables")));
        return match.Success
            ? match.Groups[1].Value
            : throw new ImageException($"{tree}/.kernelvariables names no compiler.");
    }

    [GeneratedRegex($"^{ImagePrefix}(?<release>[0-9][^-=]*)-(?<flavour>[^=]+)=(?<version>.+)$")]
    private static partial Regex KernelItem();

    [GeneratedRegex(@"^CC\s*=.*\b(gcc-\d+)\b", RegexOptions.Multiline)]
    private static partial Regex Compiler();
}
