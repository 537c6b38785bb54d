namespace Thaw.Dev.Bench;

/// <summary>A folder for what is written while measuring; gone afterwards.</summary>
internal sealed class WorkFolder : IDisposable
{
    private const string InMemory = "/dev/shm";

    /// <summary>Two stores and two restored files of the largest image, and room to spare.</summary>
    private const int RoomFactor = 5;

    private WorkFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
    }

    /// <summary>Where it is.</summary>
    public string Path { get; }

    /// <summary>Makes it.</summary>
    /// <param name="parent">Where; null for memory, or the state directory if there is no room.</param>
    /// <param name="images">What is measured with.</param>
    public static WorkFolder Create(string? parent, IReadOnlyList<BenchImage> images)
    {
        long largest = images.Select(image => new FileInfo(image.Path).Length).DefaultIfEmpty().Max();
        long needed = largest * RoomFactor;
        bool fits = Directory.Exists(InMemory)
            && new DriveInfo(InMemory).AvailableFreeSpace > needed
            && GC.GetGCMemoryInfo() is { } memory
            && memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes > needed;
        string folder = parent is not null ? System.IO.Path.GetFullPath(parent)
            : fits ? InMemory
            : System.IO.Path.Combine(Workspace.State, "bench");
        return new WorkFolder(System.IO.Path.Combine(folder, $"thaw-bench-{Environment.ProcessId}"));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Path, recursive: true);
}
