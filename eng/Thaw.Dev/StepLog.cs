using System.Diagnostics;
using Spectre.Console;

namespace Thaw.Dev;

/// <summary>Tells on standard error what happens, how long it has taken, and that it still goes on.</summary>
internal static class StepLog
{
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(20);

    private static readonly bool s_live =
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("CI") is null;

    /// <summary>The terminal on standard error; used only when it is one.</summary>
    private static readonly IAnsiConsole s_terminal =
        AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) });

    /// <summary>Runs a step: its title first, then what it reports, then how long it took.</summary>
    /// <param name="title">What is done, as a sentence without its full stop.</param>
    /// <param name="step">Does it; given a place to say what happens within.</param>
    /// <param name="quietEnd">Whether the caller tells how it went.</param>
    public static async Task<T> RunAsync<T>(
        string title, Func<Action<string>, Task<T>> step, bool quietEnd = false)
    {
        long start = Stopwatch.GetTimestamp();
        T result;
        if (s_live)
        {
            result = await s_terminal.Status().StartAsync(
                Markup.Escape(title),
                context => step(line => context.Status(Markup.Escape($"{title}: {line}"))));
        }
        else
        {
            Console.Error.WriteLine($"  {title} ...");
            using var beat = new Timer(
                _ => Console.Error.WriteLine($"  ... {title}: {Elapsed(start)}"), null, s_heartbeat, s_heartbeat);
            result = await step(line => Console.Error.WriteLine($"    {line}"));
        }

        if (!quietEnd)
        {
            Print("green", "✓", $"{title} {Elapsed(start)}");
        }

        return result;
    }

    /// <summary>Runs a step that has no result.</summary>
    public static Task RunAsync(string title, Func<Action<string>, Task> step) =>
        RunAsync(title, async report =>
        {
            await step(report);
            return true;
        });

    /// <summary>Prints a line.</summary>
    public static void Say(string text) => Print("default", " ", text);

    /// <summary>Prints how something went.</summary>
    public static void Tell(bool well, string text) => Print(well ? "green" : "red", well ? "✓" : "✗", text);

    /// <summary>Prints why the command fails.</summary>
    public static void Fail(string text) => Print("red", "✗", text);

    private static void Print(string colour, string mark, string text)
    {
        if (s_live)
        {
            s_terminal.MarkupLine($"[{colour}]{mark}[/] {Markup.Escape(text)}");
        }
        else
        {
            Console.Error.WriteLine($"{mark} {text}");
        }
    }

    private static string Elapsed(long start) => $"{Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s";
}
