using System.Text.Json;

namespace Thaw.Images;

/// <summary>A directory of guest images that belong together.</summary>
/// <param name="Directory">Where the files are.</param>
/// <param name="Manifest">What <c>images.json</c> there says.</param>
public sealed record ImageSet(string Directory, ImagesManifest Manifest)
{
    /// <summary>The manifest's file name.</summary>
    public const string ManifestName = "images.json";

    private const long ManifestSizeMax = 1 << 20;

    /// <summary>Full path of the kernel.</summary>
    public string KernelPath => Path.Combine(Directory, Manifest.Kernel);

    /// <summary>Full path of the initramfs.</summary>
    public string InitramfsPath => Path.Combine(Directory, Manifest.Initramfs);

    /// <summary>Full path of a runtime's root image.</summary>
    public string RuntimePath(string runtime) =>
        Manifest.Runtimes.TryGetValue(runtime, out string? name)
            ? Path.Combine(Directory, name)
            : throw new ImageException(
                $"There is no image for runtime '{runtime}' in {Directory}; " +
                $"it has: {string.Join(", ", Manifest.Runtimes.Keys.Order(StringComparer.Ordinal))}.");

    /// <summary>
    /// Reads the set in <paramref name="directory"/> and checks that its files are there and whole.
    /// </summary>
    /// <param name="directory">Holds <c>images.json</c>.</param>
    /// <param name="verifyChecksums">Whether to read every file; otherwise sizes are compared.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ImageException">Something is missing or damaged.</exception>
    public static async Task<ImageSet> LoadAsync(
        string directory, bool verifyChecksums, CancellationToken cancellationToken)
    {
        var set = new ImageSet(Path.GetFullPath(directory), ReadManifest(directory));
        string[] named = [set.Manifest.Kernel, set.Manifest.Initramfs, .. set.Manifest.Runtimes.Values];
        foreach (string name in named)
        {
            if (name.Length == 0 || Path.GetFileName(name) != name)
            {
                throw new ImageException($"{directory}/{ManifestName} names '{name}', which is not a plain file name.");
            }

            if (!File.Exists(Path.Combine(directory, name)))
            {
                throw new ImageException($"{Path.Combine(directory, name)} is missing. Build the images again.");
            }
        }

        foreach (ImageFile file in set.Manifest.Files)
        {
            string? damage = await file.FindDamageAsync(directory, verifyChecksums, cancellationToken)
                .ConfigureAwait(false);
            if (damage is not null)
            {
                throw new ImageException($"A guest image is damaged: {damage} Build the images again.");
            }
        }

        return set;
    }

    private static ImagesManifest ReadManifest(string directory)
    {
        string path = Path.Combine(directory, ManifestName);
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > ManifestSizeMax })
            {
                throw new ImageException($"{path} is larger than {ManifestSizeMax} bytes.");
            }

            return JsonSerializer.Deserialize(File.ReadAllBytes(path), ImageJson.Default.ImagesManifest)
                ?? throw new ImageException($"{path} holds no manifest.");
        }
        catch (JsonException e)
        {
            throw new ImageException($"{path} is not a manifest of images: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new ImageException($"{path} cannot be read: {e.Message} Build the images first.", e);
        }
    }
}
