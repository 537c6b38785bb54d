using System.Text.Json;
using Thaw.Monitor.CommandLine;
using Thaw.Monitor.Logging;
using Thaw.Monitor.Models;
using Thaw.Snapshot;
using Thaw.Vmm.Probe;

namespace Thaw.Monitor;

/// <summary>Entry point of <c>thaw-vmm</c>.</summary>
internal static class Program
{
    /// <summary>Runs the monitor.</summary>
    internal static int Main(string[] arguments)
    {
        try
        {
            MonitorOptions options = MonitorArguments.Parse(arguments);
            return Answer(options) ?? Run(options);
        }
        catch (CommandLineException e)
        {
            Console.Error.WriteLine($"Error: Arguments parsing error: {e.Message}\n\nFor more information try --help.");
            return ExitCodes.ArgumentParsing;
        }
        catch (Exception e) when (e is IOException or SnapshotException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"Error: {e.Message}");
            return ExitCodes.GenericError;
        }
    }

    // What needs no microVM; null when the monitor shall run.
    private static int? Answer(MonitorOptions options)
    {
        string? text = options switch
        {
            { ShowHelp: true } => MonitorArguments.Help,
            { ShowVersion: true } => $"{MonitorVersion.AppName} v{MonitorVersion.Own}\n",
            { ShowSnapshotVersion: true } => $"v{MonitorVersion.Snapshot}\n",
            { DescribeSnapshot: { } path } => SnapshotDescription.Describe(path),
            { ProbeKvm: true } => Probe(),
            _ => null,
        };
        if (text is null)
        {
            return null;
        }

        Console.Out.Write(text);
        return ExitCodes.Ok;
    }

    private static string Probe()
    {
        KvmProbeResult result = KvmProbe.Run();
        KvmProbeAnswer answer = new()
        {
            Usable = result.IsUsable,
            Reason = result.Reason,
            InstructionsPerMicrosecond = Math.Round(result.InstructionsPerMicrosecond, 3),
        };
        return JsonSerializer.Serialize(answer, ApiJson.Wire.KvmProbeAnswer) + "\n";
    }

    private static int Run(MonitorOptions options)
    {
        using Stream output = Console.OpenStandardOutput();
        using MonitorLog log = new(options.Id, output, TimeProvider.System);
        log.Configure(
            options.LogPath, options.Level, options.ShowLevel ? true : null, options.ShowLogOrigin ? true : null);
        using MonitorProcess monitor = new(options, log, TimeProvider.System);
        return monitor.Run();
    }
}
