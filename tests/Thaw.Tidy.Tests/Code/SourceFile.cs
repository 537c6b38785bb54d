namespace Thaw.Tidy.Tests.Code;

/// <summary>A file of the repository.</summary>
internal sealed class SourceFile
{
    private readonly Lazy<string> _code;
    private readonly Lazy<string[]> _lines;

    /// <summary>A file by its path from the repository's root, with slashes.</summary>
    internal SourceFile(string path, string text)
    {
        Path = path;
        Text = text;
        _code = new Lazy<string>(() => CodeText.Of(text));
        _lines = new Lazy<string[]>(() => text.TrimEnd('\n').Split('\n'));
    }

    /// <summary>Path from the repository's root.</summary>
    internal string Path { get; }

    /// <summary>Name without folder.</summary>
    internal string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Folder from the repository's root; empty for the root.</summary>
    internal string Folder => System.IO.Path.GetDirectoryName(Path) ?? "";

    /// <summary>The content.</summary>
    internal string Text { get; }

    /// <summary>The content as lines.</summary>
    internal string[] Lines => _lines.Value;

    /// <summary>The content with comments and strings blanked.</summary>
    internal string Code => _code.Value;

    internal bool IsCSharp => Path.EndsWith(".cs", StringComparison.Ordinal);

    internal bool IsGenerated => Path.EndsWith(".g.cs", StringComparison.Ordinal);

    internal bool IsTest => Path.StartsWith("tests/", StringComparison.Ordinal);

    /// <summary>A finding at a character of the text or the code.</summary>
    internal Finding At(int index, string message) => new(Path, Text.AsSpan(0, index).Count('\n') + 1, message);

    /// <summary>A finding at a line, from 1.</summary>
    internal Finding AtLine(int line, string message) => new(Path, line, message);
}
