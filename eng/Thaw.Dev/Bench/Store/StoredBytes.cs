namespace Thaw.Dev.Bench.Store;

/// <summary>What a store takes.</summary>
internal static class StoredBytes
{
    /// <summary>The lengths of all files below a folder.</summary>
    public static long Below(string directory) =>
        new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
}
