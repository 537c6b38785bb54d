using Spectre.Console;

namespace Thaw.Dev.Bench.Starts;

/// <summary>Prints figures about starts for people.</summary>
internal static class StartTable
{
    private const double BytesPerMiB = 1 << 20;

    /// <summary>Prints on standard output.</summary>
    public static void Print(IReadOnlyList<StartFigures> figures)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 120;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("store");
        table.AddColumn("prefetch");
        foreach (string name in (string[])
            ["answer ms", "range", "restore ms", "moved MiB", "of guest", "faults", "waited", "prefetched", "wasted"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (StartFigures line in figures)
        {
            table.AddRow(
                $"+{line.StoreDelayMs} ms", line.Prefetch ? "yes" : "no", $"{line.AnswerMs:0}",
                $"{line.AnswerMsRange[0]:0}-{line.AnswerMsRange[1]:0}", $"{line.RestoreMs:0}",
                $"{line.BytesMoved / BytesPerMiB:0.0}", $"{100.0 * line.BytesMoved / line.GuestBytes:0.0} %",
                $"{line.Faults}", $"{line.FaultsWaited}", $"{line.Prefetched}", $"{line.PrefetchWasted}");
        }

        console.WriteLine();
        console.Write(table);
        console.WriteLine(
            "Starts by a worker that has nothing of the version: snapshot and memory come from the store. Medians.");
    }
}
