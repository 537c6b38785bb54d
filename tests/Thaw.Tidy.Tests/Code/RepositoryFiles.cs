using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Thaw.Tidy.Tests.Code;

/// <summary>The files that git tracks.</summary>
internal static class RepositoryFiles
{
    private const int TextBytesMax = 4 * 1024 * 1024;

    private static readonly Lazy<IReadOnlyList<SourceFile>> s_all = new(Load);

    /// <summary>All text files.</summary>
    internal static IReadOnlyList<SourceFile> All => s_all.Value;

    /// <summary>C# that people wrote.</summary>
    internal static IEnumerable<SourceFile> CSharp => All.Where(f => f.IsCSharp && !f.IsGenerated);

    /// <summary>The repository's root.</summary>
    internal static string Root { get; } = FindRoot(ThisFile());

    private static IReadOnlyList<SourceFile> Load()
    {
        List<SourceFile> files = [];
        foreach (string path in ListTracked())
        {
            string full = Path.Combine(Root, path);
            if (!File.Exists(full) || new FileInfo(full).Length > TextBytesMax)
            {
                continue;
            }

            string text = File.ReadAllText(full);
            if (!text.Contains('\0', StringComparison.Ordinal) && !path.EndsWith(".golden", StringComparison.Ordinal))
            {
                files.Add(new SourceFile(path, text));
            }
        }

        return files.Count > 0 ? files : throw new InvalidOperationException($"git lists no files in {Root}.");
    }

    private static string[] ListTracked()
    {
        ProcessStartInfo start = new("git", ["-C", Root, "ls-files", "-z"]) { RedirectStandardOutput = true };
        using Process git = Process.Start(start) ?? throw new InvalidOperationException("git did not start.");
        string output = git.StandardOutput.ReadToEnd();
        git.WaitForExit();
        return git.ExitCode == 0
            ? output.Split('\0', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"git ls-files ended with {git.ExitCode} in {Root}.");
    }

    private static string FindRoot(string start)
    {
        string? folder = Path.GetDirectoryName(start);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Thaw.slnx")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Thaw.slnx at or above {start}.");
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
