using System.Diagnostics;

namespace Thaw.Core.Tests;

public sealed class InvariantTests
{
    private const int AbortedExitCode = 128 + 6; // SIGABRT, as a shell reports it.

    [Fact]
    public void That_HoldingCondition_Returns() => Invariant.That(PageSize.Bytes > 0);

    [Fact]
    public async Task That_BrokenCondition_EndsTheProcessAndNamesConditionAndPlace()
    {
        (int exitCode, string error) = await RunInChild(nameof(Break_InAChildProcess));

        Assert.Equal(AbortedExitCode, exitCode);
        Assert.Contains("Invariant broken: pages < 0 at InvariantTests.cs:", error, StringComparison.Ordinal);
    }

    [Fact(Explicit = true)]
    public void Break_InAChildProcess()
    {
        int pages = PageSize.Bytes;
        try
        {
            Invariant.That(pages < 0);
        }
        catch (Exception caught)
        {
            // A handler must not see it: what runs after a broken invariant may corrupt a guest.
            Assert.Fail($"An exception was thrown: {caught}");
        }
    }

    private static async Task<(int ExitCode, string Error)> RunInChild(string method)
    {
        string self = Path.ChangeExtension(typeof(InvariantTests).Assembly.Location, null);
        ProcessStartInfo start = new("/bin/sh")
        {
            // No core file; the shell stays to turn the signal into an exit code.
            ArgumentList =
            {
                "-c", "ulimit -c 0; \"$@\"; exit $?", "sh", self, "-explicit", "only", "-noColor",
                "-method", $"{typeof(InvariantTests).FullName}.{method}",
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        Task<string> error = child.StandardError.ReadToEndAsync();
        await child.WaitForExitAsync();
        return (child.ExitCode, await error + await output);
    }
}
