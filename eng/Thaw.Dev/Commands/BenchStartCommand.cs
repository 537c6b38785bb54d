using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Bench.Starts;
using Thaw.Dev.Hosts;
using Thaw.Dev.Lab;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev bench start</c></summary>
internal static class BenchStartCommand
{
    private const int DelayMsMax = 60_000;

    public static Command Create()
    {
        var delays = new Option<int[]>("--delay-ms")
        {
            Description = "How far away the store is: every request to it is held back for so long.",
            DefaultValueFactory = _ => [1, 10],
            AllowMultipleArgumentsPerToken = true,
        };
        var rounds = new Option<int>("--rounds")
        {
            Description = "How often each kind of start is measured.", DefaultValueFactory = _ => 5,
        };
        var asIs = new Option<bool>("--no-publish") { Description = "Take the programs as they were last published." };
        Option<string[]> runtime = ImageSteps.CreateRuntimeOption();
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, and nothing else." };
        var command = new Command(
            "start",
            "Start a function whose snapshot is all in a bucket, by a worker with an empty cache: with and without "
            + "prefetch.")
        {
            delays, rounds, asIs, runtime, json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            int count = BenchCommand.Bounded(result.GetValue(rounds), BenchCommand.RoundsMax, "--rounds");
            TimeSpan[] held =
            [
                .. result.GetValue(delays)!.Select(ms =>
                    TimeSpan.FromMilliseconds(BenchCommand.Bounded(ms, DelayMsMax, "--delay-ms", min: 0))),
            ];
            await PackageSteps.InstallAsync(cancellationToken);
            if (!result.GetValue(asIs))
            {
                await DotnetSteps.PublishAsync(cancellationToken);
            }

            ImageSet set = await ImageSteps.BuildAsync(
                null, refresh: false, cancellationToken, result.GetValue(runtime));
            HostChoice choice = await HostChoice.DecideAsync(cancellationToken);
            StepLog.Say($"Host: {choice.Name}. {choice.Reason}");
            IReadOnlyList<StartFigures> figures;
            try
            {
                figures = await StartBench.RunAsync(choice, set, held, count, cancellationToken);
            }
            catch (Exception e) when (e is DevException or HttpRequestException && LabHost.Death() is not null)
            {
                StepLog.Say($"The emulated host itself died: {LabHost.Death()}\n  Once more, in a fresh one");
                figures = await StartBench.RunAsync(choice, set, held, count, cancellationToken);
            }

            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(figures, StartJson.Default.IReadOnlyListStartFigures));
                return;
            }

            StartTable.Print(figures);
        });
        return command;
    }
}
