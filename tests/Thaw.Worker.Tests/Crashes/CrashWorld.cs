using Thaw.Protocol;
using Thaw.Store;
using Thaw.Worker.Tests.Fakes;

namespace Thaw.Worker.Tests.Crashes;

/// <summary>The same workers in the tests and in the processes that are killed.</summary>
internal static class CrashWorld
{
    internal const string Account = "111111111111";
    internal const int PageBytes = 4096;

    private const int GuestPages = 64;

    /// <summary>Where a killed compaction left the name of its layer.</summary>
    internal const string MadeFile = "made";

    internal static FakeWorld Open(
        string directory, Func<IPrunableChunkStore, IPrunableChunkStore>? around = null) =>
        // Snapshots know their images by path and date: all have the first one's.
        new(directory, Directory.Exists(ImagesOf(directory)) ? ImagesOf(directory) : null)
        {
            MemoryOf = MemoryOf,
            Store = setup => around is null ? setup : setup with { Around = around },
        };

    /// <summary>A version; those of different memory are published from different bases.</summary>
    internal static FunctionSpec Spec(FakeWorld world, string name, int memoryMb = 128) =>
        world.Spec("1", snapStart: true, name: name) with { Account = Account, MemorySizeMb = memoryMb };

    private static string ImagesOf(string directory) =>
        Path.Combine(Path.GetDirectoryName(directory)!, "template", "images");

    // Half of it is zero; init changes one page and clears another.
    private static byte[] MemoryOf(FakeMonitor monitor)
    {
        byte[] memory = new byte[GuestPages * PageBytes];
        new Random(1).NextBytes(memory.AsSpan(0, GuestPages / 2 * PageBytes));
        if (monitor.Messages.Any(message => message is Configure))
        {
            new Random(2).NextBytes(memory.AsSpan(7 * PageBytes, 3 * PageBytes));
            memory.AsSpan(12 * PageBytes, PageBytes).Clear();
        }
        return memory;
    }
}
