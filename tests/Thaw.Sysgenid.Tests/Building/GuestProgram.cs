using Thaw.Images;
using Thaw.Images.Tools;

namespace Thaw.Sysgenid.Tests.Building;

/// <summary>The static test program that is PID 1 of the test machine.</summary>
internal static class GuestProgram
{
    private const string Init = "init.c";

    /// <summary>Compiles it from the sources beside the tests.</summary>
    public static async Task CompileAsync(string target, CancellationToken cancellationToken)
    {
        RequiredTool.Check("gcc", "gcc libc6-dev");
        var warnings = new List<string>();
        // Tests run in the order of the files. General registers only: no vector register keeps part of a secret.
        var call = new ToolCall(
            "gcc",
            [
                "-static", "-O2", "-mgeneral-regs-only", "-Wall", "-Wextra", "-Werror", "-D_GNU_SOURCE", "-pthread",
                "-I", GuestSources.Module, "-o", target,
                .. GuestSources.TestFiles.Where(f => Path.GetFileName(f) != Init),
                Path.Combine(GuestSources.Tests, Init),
            ])
        {
            OnErrorLine = warnings.Add,
        };
        try
        {
            await HostTool.RunAsync(call, cancellationToken);
        }
        catch (ImageException e)
        {
            throw new ImageException($"The guest's test program does not compile:\n{string.Join('\n', warnings)}", e);
        }
    }
}
