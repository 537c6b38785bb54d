using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Thaw.Cli.Diagnosis;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw doctor</c></summary>
internal static class DoctorCommand
{
    internal static Command Create(CliConsole console)
    {
        Option<string> monitor = new("--vmm")
        {
            Description = "The monitor, thaw-vmm.", DefaultValueFactory = _ => DefaultPaths.Monitor,
        };
        Option<string> images = new("--images")
        {
            Description = "Where the images are.",
            DefaultValueFactory = _ => DefaultPaths.ImagesOf(DefaultPaths.Data),
        };
        Command command = new(
            "doctor",
            "Say what this machine has, and what Thaw will do about it. Ends with 0 "
            + "where microVMs can be run, natively or emulated, and with 1 where not.")
        {
            monitor, images,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            DoctorReport report = await Doctor.ExamineAsync(
                result.GetValue(monitor)!, result.GetValue(images)!, cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(report, CliOwnJsonContext.Default.DoctorReport));
            }
            else
            {
                Write(console.Out, report);
            }
            return report.Host == HostKind.None ? ExitCodes.Failure : ExitCodes.Ok;
        });
        return command;
    }

    private static void Write(TextWriter writer, DoctorReport report)
    {
        writer.WriteLine($"system   {report.Distribution}, Linux {report.Kernel}");
        writer.WriteLine($"cpus     {report.Cpus}");
        writer.WriteLine($"memory   {report.MemoryMib} MiB, {report.MemoryAvailableMib} MiB to be had");
        string speed = report.Kvm.InstructionsPerMicrosecond is { } rate
            ? string.Create(CultureInfo.InvariantCulture, $", {rate:F1} instructions per microsecond")
            : "";
        writer.WriteLine($"kvm      {(report.Kvm.Usable ? "usable" : "not usable")}: {report.Kvm.Reason}{speed}");
        writer.WriteLine($"images   {report.ImageProblem ?? string.Join(", ", report.Runtimes)}");
        foreach (ToolReport tool in report.Tools)
        {
            writer.WriteLine(
                $"tool     {tool.Name}: {tool.Path ?? $"missing (package {tool.Package})"}, for {tool.NeededFor}");
        }
        writer.WriteLine();
        foreach (string advice in report.Advice)
        {
            writer.WriteLine(advice);
        }
    }
}
