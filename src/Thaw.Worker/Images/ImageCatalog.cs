using System.Text.Json;

namespace Thaw.Worker.Images;

/// <summary>Reads images.json, again whenever it changed.</summary>
internal sealed class ImageCatalog(string directory)
{
    private const string FileName = "images.json";
    private const string Advice = "Make them with: thaw image build";
    private readonly string _directory = Path.GetFullPath(directory);

    /// <summary>Guards the fields below.</summary>
    private readonly Lock _gate = new();
    private ImageSet? _images;
    private ImageIdentity? _readFrom;

    /// <summary>The images, all of them there.</summary>
    /// <exception cref="WorkerException">There are none, or a file is missing.</exception>
    internal ImageSet Get()
    {
        string path = Path.Combine(_directory, FileName);
        if (!File.Exists(path))
        {
            throw new WorkerException(WorkerFault.ImageMissing, $"There are no images in {_directory}. {Advice}");
        }
        ImageIdentity identity = ImageIdentity.Of(path);
        lock (_gate)
        {
            if (_images is null || identity != _readFrom)
            {
                _images = Read(path, identity);
                _readFrom = identity;
            }
            return _images;
        }
    }

    /// <summary>The root image of a runtime.</summary>
    /// <exception cref="WorkerException">There is none.</exception>
    internal string RuntimeImageOf(string runtime)
    {
        ImageSet images = Get();
        return images.Runtimes.TryGetValue(runtime, out string? path)
            ? path
            : throw new WorkerException(
                WorkerFault.ImageMissing,
                $"There is no image of the runtime {runtime} in {_directory}; there are: "
                + $"{string.Join(", ", images.Runtimes.Keys)}.");
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
        ImageSet images = new(
            PathOf(manifest.Kernel, "kernel", path),
            manifest.KernelVersion ?? "",
            PathOf(manifest.Initramfs, "initramfs", path),
            (manifest.Runtimes ?? new Dictionary<string, string>()).ToDictionary(
                pair => pair.Key, pair => PathOf(pair.Value, pair.Key, path)));
        foreach (string file in images.Runtimes.Values.Append(images.KernelPath).Append(images.InitramfsPath))
        {
            if (!File.Exists(file))
            {
                throw new WorkerException(WorkerFault.ImageMissing, $"The image {file} is missing. {Advice}");
            }
        }
        return images;
    }

    private string PathOf(string? name, string what, string path) =>
        !string.IsNullOrEmpty(name) && name == Path.GetFileName(name)
            ? Path.Combine(_directory, name)
            : throw Broken(path, $"its {what} must be the name of a file beside it");

    private static WorkerException Broken(string path, string why) =>
        new(WorkerFault.ImageMissing, $"{path} can't be read: {why}. {Advice}");
}
