namespace Thaw.Cli.Diagnosis;

/// <summary>A program of the system's that Thaw uses.</summary>
/// <param name="Name">The program.</param>
/// <param name="Package">The Debian package that has it.</param>
/// <param name="NeededFor">What Thaw uses it for.</param>
/// <param name="Path">Where it is; null where it is missing.</param>
internal sealed record ToolReport(string Name, string Package, string NeededFor, string? Path);
