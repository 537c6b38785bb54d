using System.Text.Json.Serialization;

namespace Thaw.MicroBenchmarks.Store;

/// <summary>One line of output about sealing and opening. Rates are of plaintext that is not zero.</summary>
internal sealed record SealFigures(
    string Image,
    int ChunkKib,
    long BytesIn,
    long BytesNotZero,
    long BytesStored,
    double SealMibPerSecond,
    double OpenMibPerSecond);

/// <summary>One line of output about a layer.</summary>
/// <remarks>
/// <c>MovedByNext</c> is what a clone of this layer would fetch that touches the pages which the next image changed:
/// all chunks of this layer and its ancestors that hold one of them.
/// </remarks>
internal sealed record LayerFigures(
    string Image,
    int ChunkKib,
    long OwnPages,
    int Chunks,
    long BytesStored,
    long ManifestBytes,
    long? PagesTouchedByNext,
    long? ChunksMovedByNext,
    long? BytesMovedByNext);

/// <summary>What storing and reading back a whole image took, in seconds.</summary>
internal sealed record ImageFigures(double SealCpuS, double SealWallS, double OpenCpuS, double OpenWallS);

/// <summary>How figures are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(SealFigures))]
[JsonSerializable(typeof(LayerFigures))]
[JsonSerializable(typeof(ImageFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext;
