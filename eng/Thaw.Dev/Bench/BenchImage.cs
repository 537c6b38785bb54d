namespace Thaw.Dev.Bench;

/// <summary>A memory image to measure with.</summary>
/// <param name="Name">What it is called in results.</param>
/// <param name="Path">The file: a guest's physical memory from address 0 on.</param>
internal sealed record BenchImage(string Name, string Path)
{
    /// <summary>Reads <c>NAME=PATH</c>.</summary>
    /// <exception cref="DevException">It is not that, or there is no such file.</exception>
    public static BenchImage Parse(string text)
    {
        int at = text.IndexOf('=', StringComparison.Ordinal);
        if (at < 1 || at == text.Length - 1)
        {
            throw new DevException($"'{text}' is not NAME=PATH.");
        }

        string path = System.IO.Path.GetFullPath(text[(at + 1)..]);
        return new FileInfo(path) is { Exists: true, Length: > 0 }
            ? new BenchImage(text[..at], path)
            : throw new DevException($"There is no image {path}, or it is empty.");
    }
}
