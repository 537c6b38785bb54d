using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Bench.Unique;
using Thaw.Dev.Hosts;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev bench unique</c></summary>
internal static class BenchUniqueCommand
{
    public static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, and nothing else." };
        var command = new Command(
            "unique",
            "What it costs that clones are unique: each way to draw random bytes, the restore's protocol, wiping, "
            + "clearing freed memory.")
        {
            json,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            await PackageSteps.InstallAsync(cancellationToken);
            await DotnetSteps.PublishAsync(cancellationToken);
            ImageSet set = await ImageSteps.BuildAsync(null, refresh: false, cancellationToken);
            HostChoice choice = await HostChoice.DecideAsync(cancellationToken);
            StepLog.Say($"Host: {choice.Name}. {choice.Reason}");
            RunningService service = await ServiceHost.PrepareAsync(choice, set, cancellationToken);
            UniqueFigures figures = await UniqueBench.RunAsync(service, cancellationToken);
            await ServiceHost.StopAsync(service, cancellationToken);
            if (result.GetValue(json))
            {
                Console.WriteLine(JsonSerializer.Serialize(figures, UniqueJson.Readable.UniqueFigures));
            }
            else
            {
                UniqueTable.Print(figures);
            }
        });
        return command;
    }
}
