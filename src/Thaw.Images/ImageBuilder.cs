using System.Text.Json;
using Thaw.Images.Building;
using Thaw.Images.Cache;

namespace Thaw.Images;

/// <summary>
/// Builds what a microVM boots from: Debian's kernel, an initramfs around <c>thaw-init</c>, a root image per runtime.
/// </summary>
/// <remarks>Parts whose recipe did not change come from the cache. Nothing is installed on the machine.</remarks>
public static class ImageBuilder
{
    private const int SetRecipeVersion = 1;

    /// <summary>Builds the set, or takes it from the cache.</summary>
    /// <param name="options">What to build.</param>
    /// <param name="progress">Told about each step that takes time.</param>
    /// <param name="cancellationToken">Ends the build; nothing half-made stays under a final name.</param>
    /// <exception cref="ImageException">Something is missing, damaged or refused; the message says what and
    /// why.</exception>
    public static async Task<ImageSet> BuildAsync(
        ImageBuildOptions options, IProgress<ImageProgress>? progress, CancellationToken cancellationToken)
    {
        InitramfsBuild.ReadInit(options.InitPath);
        var cache = new ImageCache(options.CacheDirectory);
        using IDisposable held = await cache.LockAsync(progress, cancellationToken).ConfigureAwait(false);
        cache.Prune();
        var context = new BuildContext(cache, options.RefreshPackages, progress);
        CacheEntry kernel = await KernelBuild.GetAsync(context, cancellationToken).ConfigureAwait(false);
        CacheEntry initramfs = await InitramfsBuild.GetAsync(context, kernel, options.InitPath, cancellationToken)
            .ConfigureAwait(false);
        var roots = new SortedDictionary<string, CacheEntry>(StringComparer.Ordinal);
        foreach (string runtime in options.Runtimes)
        {
            roots[runtime] = await RootBuild.GetAsync(context, runtime, cancellationToken).ConfigureAwait(false);
        }

        CacheEntry set = await GetSetAsync(context, kernel, initramfs, roots, cancellationToken).ConfigureAwait(false);
        string directory = options.OutputDirectory is null
            ? set.Directory
            : await PutAsync(set, options.OutputDirectory, cancellationToken).ConfigureAwait(false);
        return await ImageSet.LoadAsync(directory, verifyChecksums: false, cancellationToken).ConfigureAwait(false);
    }

    private static Task<CacheEntry> GetSetAsync(
        BuildContext context,
        CacheEntry kernel,
        CacheEntry initramfs,
        SortedDictionary<string, CacheEntry> roots,
        CancellationToken cancellationToken)
    {
        CacheKey key = new CacheKey("images", SetRecipeVersion)
            .Add("kernel", kernel.Record.Key).Add("initramfs", initramfs.Record.Key);
        foreach ((string runtime, CacheEntry root) in roots)
        {
            key.Add(runtime, root.Record.Key);
        }

        return context.Cache.GetOrBuildAsync(
            "images",
            key,
            (directory, _) =>
            {
                WriteSet(directory, kernel, initramfs, roots);
                return Task.FromResult<IReadOnlyDictionary<string, string>>(new Dictionary<string, string>());
            },
            context.Progress,
            cancellationToken);
    }

    private static void WriteSet(
        string directory, CacheEntry kernel, CacheEntry initramfs, SortedDictionary<string, CacheEntry> roots)
    {
        var files = new List<ImageFile>();
        void Link(CacheEntry entry, string source, string name)
        {
            File.CreateSymbolicLink(Path.Combine(directory, name), entry.PathOf(source));
            files.Add(entry.FileNamed(source) with { Name = name });
        }

        Link(kernel, KernelBuild.KernelName, "vmlinux");
        Link(initramfs, InitramfsBuild.ArchiveName, "initramfs.cpio");
        foreach ((string runtime, CacheEntry root) in roots)
        {
            Link(root, RootBuild.ImageName, $"{runtime}.erofs");
        }

        var manifest = new ImagesManifest
        {
            Kernel = "vmlinux",
            KernelVersion = kernel.Record.Facts[KernelBuild.ReleaseFact],
            Initramfs = "initramfs.cpio",
            Runtimes = roots.Keys.ToDictionary(r => r, r => $"{r}.erofs"),
            Files = files,
            Packages =
            [
                .. roots.Values.SelectMany(r => r.Record.Facts[RootBuild.PackagesFact].Split('\n'))
                    .Append(kernel.Record.Facts[KernelBuild.PackageFact]).Distinct().Order(StringComparer.Ordinal),
            ],
        };
        File.WriteAllBytes(
            Path.Combine(directory, ImageSet.ManifestName),
            JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Default.ImagesManifest));
    }

    private static async Task<string> PutAsync(
        CacheEntry set, string outputDirectory, CancellationToken cancellationToken)
    {
        string final = Path.GetFullPath(outputDirectory).TrimEnd('/');
        string temporary = $"{final}.new.{Environment.ProcessId}";
        string old = $"{final}.old.{Environment.ProcessId}";
        Directory.CreateDirectory(temporary);
        try
        {
            ImagesManifest manifest = (await ImageSet.LoadAsync(set.Directory, false, cancellationToken)
                .ConfigureAwait(false)).Manifest;
            foreach (string name in manifest.Files.Select(f => f.Name).Append(ImageSet.ManifestName))
            {
                await using FileStream source = File.OpenRead(set.PathOf(name));
                await using FileStream target = File.Create(Path.Combine(temporary, name));
                await source.CopyToAsync(target, cancellationToken).ConfigureAwait(false);
            }

            if (Directory.Exists(final))
            {
                RequireReplaceable(final);
                Directory.Move(final, old);
            }

            Directory.Move(temporary, final);
            return final;
        }
        finally
        {
            foreach (string leftover in (string[])[temporary, old])
            {
                if (Directory.Exists(leftover))
                {
                    Directory.Delete(leftover, recursive: true);
                }
            }
        }
    }

    private static void RequireReplaceable(string directory)
    {
        bool empty = !Directory.EnumerateFileSystemEntries(directory).Any();
        if (!empty && !File.Exists(Path.Combine(directory, ImageSet.ManifestName)))
        {
            throw new ImageException(
                $"{directory} holds other files and no {ImageSet.ManifestName}; it is not replaced by images.");
        }
    }
}
