using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Bench;
using Thaw.Dev.Bench.Guests;
using Thaw.Dev.Bench.Store;
using Thaw.Dev.Steps;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev bench</c></summary>
internal static class BenchCommand
{
    /// <summary>The most rounds.</summary>
    public const int RoundsMax = 100;

    public static Command Create() => new("bench", "Measure Thaw, beside others where there are others.")
    {
        Store(),
        BenchStartCommand.Create(),
        BenchUniqueCommand.Create(),
    };

    private static Command Store()
    {
        var images = new Option<string[]>("--image")
        {
            Description = "NAME=PATH: measure with this memory image instead; may be given several times.",
        };
        var tools = new Option<string[]>("--tool")
        {
            Description = $"Only this tool: {string.Join(", ", StoreBench.Tools.Select(tool => tool.Name))}.",
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often each is measured.", DefaultValueFactory = _ => 5,
        };
        var work = new Option<string?>("--work")
        {
            Description = "A folder for stores and restored files; by default one in memory, if there is room.",
        };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, and nothing else." };
        var command = new Command(
            "store",
            "Seal and open memory images of three guests (boot, python, node) with Thaw's store, restic and borg.")
        {
            images, tools, rounds, work, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            IReadOnlyList<IStoreTool> chosen = Choose(result.GetValue(tools) ?? []);
            int count = Bounded(result.GetValue(rounds), RoundsMax, "--rounds");
            // Bad names fail now, not after the set-up.
            IReadOnlyList<BenchImage> given = [.. (result.GetValue(images) ?? []).Select(BenchImage.Parse)];
            await PackageSteps.InstallAsync(cancellationToken, PackageSteps.Benchmarks);
            await DotnetSteps.BuildAsync(Path.Combine("bench", "Thaw.MicroBenchmarks"), cancellationToken);
            if (given.Count == 0)
            {
                given = await GuestImages.GetAsync(GuestRecipe.All, cancellationToken);
            }

            using WorkFolder folder = WorkFolder.Create(result.GetValue(work), given);
            StepLog.Say($"Stores and restored files are in {folder.Path}");
            IReadOnlyList<StoreFigures> figures =
                await StoreBench.RunAsync(given, chosen, count, folder.Path, cancellationToken);
            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(figures, StoreJson.Default.IReadOnlyListStoreFigures));
                return;
            }

            StoreTable.Print(
                figures, await Task.WhenAll(chosen.Select(tool => tool.DescribeAsync(cancellationToken))));
        });
        return command;
    }

    /// <summary>Refuses what is out of bounds.</summary>
    /// <exception cref="DevException">It is.</exception>
    public static int Bounded(int value, int max, string option, int min = 1) =>
        value >= min && value <= max
            ? value
            : throw new DevException($"{option} is {value}; it can be {min} to {max}.");

    private static IReadOnlyList<IStoreTool> Choose(string[] names)
    {
        string? unknown = names.FirstOrDefault(name => StoreBench.Tools.All(tool => tool.Name != name));
        return unknown is null
            ? [.. StoreBench.Tools.Where(tool => names.Length == 0 || names.Contains(tool.Name))]
            : throw new DevException(
                $"There is no tool '{unknown}'; there are: "
                + $"{string.Join(", ", StoreBench.Tools.Select(tool => tool.Name))}.");
    }
}
