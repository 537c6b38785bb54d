using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Thaw.MicroBenchmarks.Store;

/// <summary>What to measure the store with.</summary>
/// <param name="ChunkBytes">Chunk sizes to compare.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Images">Memory images.</param>
internal sealed record StoreArguments(IReadOnlyList<int> ChunkBytes, int Rounds, IReadOnlyList<string> Images)
{
    internal static bool TryParse(string[] args, [NotNullWhen(true)] out StoreArguments? arguments)
    {
        List<int> sizes = [64 * 1024, 128 * 1024, 256 * 1024, 512 * 1024];
        int rounds = 3;
        List<string> images = [];
        arguments = null;
        for (int i = 0; i < args.Length; i++)
        {
            bool hasValue = i + 1 < args.Length;
            switch (args[i])
            {
                case "--chunk-kib" when hasValue:
                    sizes = [.. args[++i].Split(',').Select(
                        kib => int.Parse(kib, CultureInfo.InvariantCulture) * 1024)];
                    break;
                case "--rounds" when hasValue:
                    rounds = int.Parse(args[++i], CultureInfo.InvariantCulture);
                    break;
                case string path when File.Exists(path):
                    images.Add(path);
                    break;
                default:
                    return false;
            }
        }
        arguments = images.Count > 0 ? new StoreArguments(sizes, rounds, images) : null;
        return arguments is not null;
    }
}
