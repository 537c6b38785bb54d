using System.Security.Cryptography;
using System.Text.Json;

namespace Thaw.Worker.Images;

/// <summary>Reads images.json and checks the images that it names, again whenever one of them changed.</summary>
internal sealed class ImageCatalog(string directory)
{
    private const string FileName = "images.json";
    private const string Advice = "Make the images with: thaw image build";
    private readonly string _directory = Path.GetFullPath(directory);

    /// <summary>Guards the fields below, and lets one caller check while others wait for its verdict.</summary>
    private readonly Lock _gate = new();
    private ImageSet? _images;
    private ImageIdentity? _readFrom;

    /// <summary>The images, all of them there and as they were built.</summary>
    /// <exception cref="WorkerException">There are none, or one is missing or damaged.</exception>
    internal ImageSet Get()
    {
        string path = Path.Combine(_directory, FileName);
        ImageIdentity manifest = ImageIdentity.TryOf(path, null)
            ?? throw new WorkerException(WorkerFault.ImageMissing, $"There are no images in {_directory}. {Advice}");
        lock (_gate)
        {
            if (_images is null || manifest != _readFrom || !_images.All.All(image => image.IsUnchanged))
            {
                _images = null;
                _images = Read(path, manifest);
                _readFrom = manifest;
            }
            return _images;
        }
    }

    /// <summary>The root image of a runtime.</summary>
    /// <exception cref="WorkerException">There is none.</exception>
    internal ImageIdentity RuntimeImageOf(string runtime)
    {
        ImageSet images = Get();
        return images.Runtimes.TryGetValue(runtime, out ImageIdentity? image)
            ? image
            : throw new WorkerException(
                WorkerFault.ImageMissing,
                $"There is no image of the runtime {runtime} in {_directory}; there are: "
                + $"{string.Join(", ", images.Runtimes.Keys)}.");
    }

    /// <summary>Where the image is now that once was <paramref name="made"/>; null where it is no more.</summary>
    internal string? Find(ImageIdentity made)
    {
        if (made.IsUnchanged)
        {
            return made.Path;
        }
        // The images may have been built or copied again; the same bytes are the same image.
        return made.Sha256 is null
            ? null
            : Get().Runtimes.Values.FirstOrDefault(image => image.Sha256 == made.Sha256)?.Path;
    }

    private ImageSet Read(string path, ImageIdentity identity)
    {
        if (identity.SizeBytes > WorkerLimits.JsonFileSizeBytesMax)
        {
            throw Broken(path, $"it has {identity.SizeBytes} bytes");
        }
        ImageManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(File.ReadAllBytes(path), WorkerJsonContext.Default.ImageManifest)
                ?? throw Broken(path, "it is null");
        }
        catch (JsonException failure)
        {
            throw Broken(path, failure.Message);
        }
        return new ImageSet(
            Check(manifest, manifest.Kernel, "kernel"),
            manifest.KernelVersion ?? "",
            Check(manifest, manifest.Initramfs, "initramfs"),
            (manifest.Runtimes ?? new Dictionary<string, string>()).ToDictionary(
                pair => pair.Key, pair => Check(manifest, pair.Value, pair.Key)));
    }

    private ImageIdentity Check(ImageManifest manifest, string? name, string what)
    {
        if (string.IsNullOrEmpty(name) || name != Path.GetFileName(name))
        {
            throw Broken(Path.Combine(_directory, FileName), $"its {what} must be the name of a file beside it");
        }
        string path = Path.Combine(_directory, name);
        ImageManifestFile? expected = manifest.Files?.FirstOrDefault(file => file.Name == name);
        ImageIdentity found = ImageIdentity.TryOf(path, expected?.Sha256)
            ?? throw new WorkerException(WorkerFault.ImageMissing, $"The image {path} is missing. {Advice}");
        if (expected is null)
        {
            return found;
        }
        if (found.SizeBytes != expected.Size)
        {
            throw Broken(path, $"it has {found.SizeBytes} bytes where {expected.Size} were written");
        }
        if (expected.Sha256 is not null && expected.Sha256 != Hash(found.Path))
        {
            throw Broken(path, "its bytes are not those that were written");
        }
        return found;
    }

    private static string Hash(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static WorkerException Broken(string path, string why) =>
        new(WorkerFault.ImageMissing, $"The image {path} can't be used: {why}. {Advice}");
}
