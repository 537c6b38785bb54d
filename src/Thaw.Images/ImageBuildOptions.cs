using Thaw.Images.Cache;

namespace Thaw.Images;

/// <summary>What <see cref="ImageBuilder"/> shall build, and where.</summary>
public sealed record ImageBuildOptions
{
    /// <summary>The static <c>thaw-init</c> binary that becomes <c>/init</c> of the guest.</summary>
    public required string InitPath { get; init; }

    /// <summary>The runtimes to build root images for.</summary>
    public IReadOnlyList<string> Runtimes { get; init; } = ["python3.13"];

    /// <summary>Where finished parts are kept from one build to the next.</summary>
    public string CacheDirectory { get; init; } = ImageCache.DefaultDirectory;

    /// <summary>
    /// Where the finished set is put (created or replaced as a whole). Without one, the set stays in the cache.
    /// </summary>
    public string? OutputDirectory { get; init; }

    /// <summary>Asks the archive for newer packages; without it, versions once chosen are kept.</summary>
    public bool RefreshPackages { get; init; }
}
