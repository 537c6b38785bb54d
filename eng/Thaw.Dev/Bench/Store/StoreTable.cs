using Spectre.Console;

namespace Thaw.Dev.Bench.Store;

/// <summary>Prints figures about stores for people.</summary>
internal static class StoreTable
{
    private const double BytesPerMiB = 1 << 20;

    /// <summary>Prints on standard output.</summary>
    public static void Print(IReadOnlyList<StoreFigures> figures, IReadOnlyList<string> tools)
    {
        IAnsiConsole console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
        {
            console.Profile.Width = 120;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn("image");
        table.AddColumn("tool");
        foreach (string name in (string[])
            ["seal MiB/s core", "open MiB/s core", "seal MiB/s wall", "open MiB/s wall", "in MiB", "stored MiB"])
        {
            table.AddColumn(new TableColumn(name).RightAligned());
        }

        foreach (StoreFigures line in figures)
        {
            table.AddRow(
                line.Image, line.Tool,
                $"{line.SealMibSPerCore:0} ({line.SealMibSPerCoreRange[0]:0}-{line.SealMibSPerCoreRange[1]:0})",
                $"{line.OpenMibSPerCore:0} ({line.OpenMibSPerCoreRange[0]:0}-{line.OpenMibSPerCoreRange[1]:0})",
                $"{line.SealMibSWall:0}", $"{line.OpenMibSWall:0}",
                $"{line.BytesIn / BytesPerMiB:0} ({line.BytesNotZero / BytesPerMiB:0})",
                $"{line.BytesStored / BytesPerMiB:0.0}");
        }

        console.WriteLine();
        console.Write(table);
        console.WriteLine("Core: for each second of processor time, user and system. Medians (slowest-quickest run).");
        console.WriteLine("In: the image, and how much of it is not zero. All stores are encrypted and verified.");
        foreach (string tool in tools)
        {
            console.WriteLine("  " + tool);
        }
    }
}
