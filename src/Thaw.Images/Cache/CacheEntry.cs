namespace Thaw.Images.Cache;

/// <summary>A finished, verified part in the cache.</summary>
/// <param name="Directory">Where its files are.</param>
/// <param name="Record">What was recorded when it was built.</param>
public sealed record CacheEntry(string Directory, CacheEntryRecord Record)
{
    /// <summary>Full path of one of its files.</summary>
    public string PathOf(string name) => Path.Combine(Directory, name);

    /// <summary>The recorded measure of one of its files.</summary>
    public ImageFile FileNamed(string name) =>
        Record.Files.FirstOrDefault(f => f.Name == name)
        ?? throw new ImageException($"The cached {Record.Kind} in {Directory} has no file '{name}'.");
}
