using Spectre.Console;

namespace Thaw.Dev.Demo;

/// <summary>Prints the figures for people, and how to go on.</summary>
internal static class DemoTable
{
    private const double BytesPerMiB = 1 << 20;

    /// <summary>Prints on standard output.</summary>
    public static void Print(DemoFigures figures)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 120;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("start");
        foreach (string name in (string[])["restore ms", "answer ms", "CPU ms", "private MiB", "clock error ms"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        table.AddColumn("uuid made in the clone");
        table.AddRow(
            "cold ($LATEST)", "", $"{figures.ColdStartMs:0.0}", $"{figures.ColdStartCpuMs:0.0}",
            $"{figures.ColdStartPrivateBytes / BytesPerMiB:0.0}", "", "");
        foreach (CloneFigures clone in figures.Clones)
        {
            table.AddRow(
                clone.Concurrent ? "clone (4 at once)" : "clone",
                $"{clone.RestoreMs:0.0}", $"{clone.AnswerMs:0.0}", $"{clone.CpuMs:0.0}",
                $"{clone.PrivateBytes / BytesPerMiB:0.0}", $"{clone.WallClockErrorMs:0.0}", clone.Uuid);
        }

        console.WriteLine();
        console.WriteLine($"Host: {figures.Host}. {figures.HostReason}");
        console.Write(table);
        console.WriteLine(
            $"A clone answers in {figures.AnswerMedianMs:0} ms (median), the cold start took " +
            $"{figures.ColdStartMs:0} ms: {figures.Speedup:0.0} times faster. " +
            $"Publishing took {figures.PublishMs / 1000:0.0} s, once.");
        console.WriteLine(
            "Restore: from the request to the agent being ready. Answer: from the request to the function's answer.");
        if (figures.StartRetries > 0)
        {
            console.WriteLine($"{figures.StartRetries} start(s) failed and were tried again in a fresh microVM.");
        }

        PrintNext(console, figures);
    }

    private static void PrintNext(IAnsiConsole console, DemoFigures figures)
    {
        console.WriteLine();
        console.WriteLine($"The service goes on running at {figures.Endpoint}. Go on with:");
        console.WriteLine($"  export THAW_ENDPOINT={figures.Endpoint} PATH=\"$PATH:{Workspace.Programs}\"");
        console.WriteLine("  thaw function list");
        console.WriteLine($"  thaw invoke {DemoRun.FunctionName}:{figures.Version} --payload '{{\"name\": \"you\"}}'");
        console.WriteLine(
            figures.Host == "kvm"
                ? "  ./dev serve --stop    # ends it"
                : "  ./dev lab down        # ends it, and the emulated host");
    }
}
