using Spectre.Console;

namespace Thaw.Cli;

/// <summary>Where commands read and write: results to one side, everything else to the other.</summary>
/// <param name="Out">Results, and nothing else.</param>
/// <param name="Error">Progress, warnings and errors.</param>
/// <param name="In">What a command may be fed with.</param>
internal sealed record CliConsole(TextWriter Out, TextWriter Error, Stream In)
{
    /// <summary>The width of tables where nobody looks at a terminal.</summary>
    private const int PipeWidth = 160;

    /// <summary>The process's own streams.</summary>
    internal static CliConsole OfProcess() => new(Console.Out, Console.Error, Console.OpenStandardInput());

    /// <summary>Writes a table, with colours only where a terminal shows them.</summary>
    internal void WriteTable(Table table)
    {
        bool isTerminal = ReferenceEquals(Out, Console.Out) && !Console.IsOutputRedirected;
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(Out),
        });
        if (!isTerminal)
        {
            console.Profile.Width = PipeWidth;
        }
        console.Write(table);
    }

    /// <summary>A table with headings and no other lines.</summary>
    internal static Table NewTable(params ReadOnlySpan<string> headings)
    {
        Table table = new Table().Border(TableBorder.None).Collapse();
        foreach (string heading in headings)
        {
            table.AddColumn(new TableColumn(Markup.Escape(heading)).NoWrap().PadRight(2));
        }
        return table;
    }
}
