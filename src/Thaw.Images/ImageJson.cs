using System.Text.Json.Serialization;
using Thaw.Images.Cache;
using Thaw.Images.Recipes;

namespace Thaw.Images;

/// <summary>Source-generated JSON for everything that images write and read.</summary>
[JsonSourceGenerationOptions(
    WriteIndented = true,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip)]
[JsonSerializable(typeof(ImagesManifest))]
[JsonSerializable(typeof(CacheEntryRecord))]
[JsonSerializable(typeof(PackageChoices))]
[JsonSerializable(typeof(KernelRecipe))]
[JsonSerializable(typeof(NativeRecipe))]
[JsonSerializable(typeof(RootRecipe))]
internal sealed partial class ImageJson : JsonSerializerContext;
