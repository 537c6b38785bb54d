using Thaw.Images.Cache;

namespace Thaw.Images.Building;

/// <summary>What a root image is put together from, beside the recipe's own files.</summary>
/// <param name="Packages">The unpacked packages.</param>
/// <param name="Native">Directories of the image to the libraries of ours that go there.</param>
/// <param name="Runtime">This machine's .NET, where the image has it.</param>
internal sealed record ImageParts(
    CacheEntry Packages, IReadOnlyDictionary<string, CacheEntry> Native, SharedRuntime? Runtime);
