namespace Thaw.Images.Cache;

/// <summary>What the cache writes beside the files of a finished entry.</summary>
/// <param name="Kind">The kind of part.</param>
/// <param name="Key">Its key.</param>
/// <param name="Files">Every file of the entry.</param>
/// <param name="Facts">What the builder wants to know again later.</param>
public sealed record CacheEntryRecord(
    string Kind,
    string Key,
    IReadOnlyList<ImageFile> Files,
    IReadOnlyDictionary<string, string> Facts);
