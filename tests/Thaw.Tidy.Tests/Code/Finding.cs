namespace Thaw.Tidy.Tests.Code;

/// <summary>A place that breaks a rule.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Message">What is wrong.</param>
internal sealed record Finding(string Path, int Line, string Message)
{
    public override string ToString() => $"{Path}:{Line}: {Message}";
}
