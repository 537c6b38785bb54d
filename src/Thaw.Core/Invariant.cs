using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Thaw.Core;

/// <summary>
/// Assertions that stay on in release builds: a broken invariant ends the process rather than corrupt a guest.
/// </summary>
public static class Invariant
{
    /// <summary>Ends the process when <paramref name="condition"/> is false.</summary>
    /// <param name="condition">What must hold.</param>
    /// <param name="what">The condition's text, filled in by the compiler.</param>
    /// <param name="file">The caller's file, filled in by the compiler.</param>
    /// <param name="line">The caller's line, filled in by the compiler.</param>
    public static void That(
        [DoesNotReturnIf(false)] bool condition,
        [CallerArgumentExpression(nameof(condition))] string? what = null,
        [CallerFilePath] string? file = null,
        [CallerLineNumber] int line = 0)
    {
        if (!condition)
        {
            Fail(what, file, line);
        }
    }

    [DoesNotReturn]
    private static void Fail(string? what, string? file, int line) =>
        Environment.FailFast($"Invariant broken: {what} at {Path.GetFileName(file)}:{line}");
}
