using System.Diagnostics;

namespace Thaw.Guest.Tests.Guests;

/// <summary>Compiles the bare guests with the system's C compiler, once a run.</summary>
internal static class GuestBinary
{
    private static readonly Lazy<string> s_console = new(() => Compile("console"));

    /// <summary>The guest of console.c as an ELF file.</summary>
    internal static string Console => s_console.Value;

    private static string Compile(string name)
    {
        string folder = Directory.CreateTempSubdirectory("thaw-guest-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        string output = Path.Combine(folder, name);
        string source = Path.Combine(AppContext.BaseDirectory, "Guests", $"{name}.c");
        string[] arguments =
        [
            "-O1", "-ffreestanding", "-fno-pic", "-no-pie", "-nostdlib", "-static", "-mno-red-zone",
            "-mgeneral-regs-only", "-fno-stack-protector", "-fcf-protection=none", "-Wl,-Ttext=0x110000",
            "-Wl,--build-id=none", "-o", output, source,
        ];
        using Process compiler = Process.Start(
            new ProcessStartInfo("gcc", arguments) { RedirectStandardError = true })!;
        string errors = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? output : throw new InvalidOperationException($"gcc failed: {errors}");
    }
}
