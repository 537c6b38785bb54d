using System.Diagnostics;

namespace Thaw.Linux.Tests;

/// <summary>
/// Runs one explicit test of this assembly in a process of its own: for what changes or ends a process.
/// </summary>
internal static class ChildRun
{
    /// <summary>Runs it under a shell, so that a signal's number comes back as 128 + number.</summary>
    internal static async Task<(int ExitCode, string Output)> OfTest(Type type, string method)
    {
        string self = Path.ChangeExtension(typeof(ChildRun).Assembly.Location, null);
        ProcessStartInfo start = new("/bin/sh")
        {
            ArgumentList =
            {
                "-c", "ulimit -c 0; \"$@\"; exit $?", "sh", self, "-explicit", "only", "-noColor",
                "-method", $"{type.FullName}.{method}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync();
        return (child.ExitCode, await output + await error);
    }
}
