using Spectre.Console;

namespace Thaw.Dev.Bench.Unique;

/// <summary>Prints what uniqueness costs, for people.</summary>
internal static class UniqueTable
{
    /// <summary>Prints on standard output.</summary>
    public static void Print(UniqueFigures figures)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 120;
        }

        var draws = new Table().Border(TableBorder.Simple).Title($"32 random bytes, ns (host: {figures.Host})");
        draws.AddColumn("by");
        draws.AddColumn(new TableColumn("this machine").RightAligned());
        draws.AddColumn(new TableColumn("a microVM").RightAligned());
        foreach (string name in figures.Draws.Select(draw => draw.Name).Distinct())
        {
            draws.AddRow(name, Cell(figures, "machine", name), Cell(figures, "microvm", name));
        }

        console.Write(draws);
        console.WriteLine(
            $"A restore takes {figures.RestoreMs:0.0} ms (median of {figures.Clones}); the protocol in the guest is "
            + $"{figures.ProtocolMs:0.000} ms of that, {figures.ProtocolPercent:0.0} %:");
        console.WriteLine(
            "  " + string.Join(", ", figures.ProtocolStepsUs.Select(step => $"{step.Key} {step.Value:0} us"))
            + $"; then the runtime {figures.HooksUs:0} us");
        console.WriteLine(
            $"Wiping marked memory takes {figures.WipeMsPerMib:0.000} ms per MiB, and {figures.WipeNothingMs:0.00} ms "
            + "where nothing is marked.");
        foreach (ClearingCost cost in figures.InitOnFree)
        {
            console.WriteLine(
                $"init_on_free={(cost.IsOn ? 1 : 0)}: cold start {cost.ColdStartMs:0} ms, restore "
                + $"{cost.RestoreMs:0.0} ms, a page touched and freed {cost.PageNs:0} ns");
        }
    }

    private static string Cell(UniqueFigures figures, string where, string name) =>
        figures.Draws.FirstOrDefault(draw => draw.Where == where && draw.Name == name) is { } draw
            ? $"{draw.Ns:0.0}" : "";
}
