using System.Diagnostics;

namespace Thaw.Vmm.Tests.Acpi;

/// <summary>
/// ACPICA's compiler and disassembler, from Debian's acpica-tools: an independent reader of the tables. Without it a
/// test fails.
/// </summary>
internal static class Iasl
{
    /// <summary>The table as source text; a complaint of any kind is a failure.</summary>
    internal static string Disassemble(TemporaryFolder folder, string name, byte[] table)
    {
        string input = folder.File($"{name}.aml", table);
        string output = Run("-d", input);
        Assert.DoesNotContain("Warning", output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("Error", output, StringComparison.OrdinalIgnoreCase);
        string text = File.ReadAllText(folder.File($"{name}.dsl"));
        Assert.DoesNotContain("Invalid", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Unknown", text, StringComparison.Ordinal);
        return text;
    }

    /// <summary>Compiles what <see cref="Disassemble"/> made: the compiler checks more.</summary>
    /// <returns>The table that the compiler makes of it.</returns>
    internal static byte[] Compile(TemporaryFolder folder, string name)
    {
        string prefix = folder.File($"{name}-again");
        // 6035: the compiler wants hexadecimal digits in VMGENCTR, which is the name that Linux binds.
        string output = Run("-oa", "-vw", "6035", "-p", prefix, folder.File($"{name}.dsl"));
        Assert.Contains("0 Errors, 0 Warnings", output, StringComparison.Ordinal);
        return File.ReadAllBytes(prefix + ".aml");
    }

    private static string Run(params string[] arguments)
    {
        ProcessStartInfo start = new("iasl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        output += error.GetAwaiter().GetResult();
        Assert.True(
            process.ExitCode == 0, $"iasl {string.Join(' ', arguments)} exited with {process.ExitCode}: {output}");
        return output;
    }
}
