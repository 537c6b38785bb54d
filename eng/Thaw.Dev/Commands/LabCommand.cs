using System.CommandLine;
using System.Text.Json;
using Thaw.Dev.Lab;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev lab</c></summary>
internal static class LabCommand
{
    /// <summary>Everything after <c>lab run</c> belongs to the command inside, options too.</summary>
    public static string[] Escape(string[] arguments) =>
        arguments is ["lab", "run", not ("--" or "--help" or "-h" or "-?"), ..]
            ? ["lab", "run", "--", .. arguments[2..]]
            : arguments;

    public static Command Create() =>
        new("lab", "The emulated host: a Linux with /dev/kvm under QEMU, for machines that have none.")
        {
            Up(), Down(), Status(), Shell(), Run(),
        };

    private static Command Up()
    {
        var json = new Option<bool>("--json") { Description = "Print what runs as JSON." };
        var asIs = new Option<bool>("--no-publish") { Description = "Take the programs as they were last published." };
        var command = new Command("up", "Start it with the current programs and images; nothing to do if it runs so.")
        {
            json,
            asIs,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!result.GetValue(asIs))
            {
                await DotnetSteps.PublishAsync(cancellationToken);
            }

            ImageSet set = await ImageSteps.BuildAsync(null, refresh: false, cancellationToken);
            LabState state = await LabHost.UpAsync(set, cancellationToken);
            Console.WriteLine(
                result.GetValue(json) ? JsonSerializer.Serialize(state, DevJson.Default.LabState) : state.Endpoint);
        });
        return command;
    }

    private static Command Down()
    {
        var command = new Command("down", "End it.");
        command.SetAction(async (_, cancellationToken) =>
            StepLog.Say(await LabHost.DownAsync(cancellationToken) ? "The emulated host is down" : "It did not run"));
        return command;
    }

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "Print what runs as JSON." };
        var command = new Command("status", "Say whether it runs; exit code 3 if not.") { json };
        command.SetAction(result =>
        {
            LabState? state = LabHost.Current();
            if (state is null)
            {
                StepLog.Say("The emulated host does not run");
                return 3;
            }

            Console.WriteLine(
                result.GetValue(json)
                    ? JsonSerializer.Serialize(state, DevJson.Default.LabState)
                    : $"running: pid {state.Pid}, service port {state.Endpoint}, console {state.Console}");
            return 0;
        });
        return command;
    }

    private static Command Shell()
    {
        var command = new Command("shell", "Open a shell inside.");
        command.SetAction((_, cancellationToken) =>
            LabShell.RunHereAsync(LabHost.Require(), "exec bash -l", terminal: true, cancellationToken));
        return command;
    }

    private static Command Run()
    {
        var words = new Argument<string[]>("command")
        {
            Description = "The command and its arguments.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("run", "Run a command inside; standard streams and exit code are its own.")
        {
            words,
        };
        command.SetAction((result, cancellationToken) =>
        {
            string line = LabShell.Quote(result.GetValue(words)!);
            return LabShell.RunHereAsync(LabHost.Require(), line, terminal: false, cancellationToken);
        });
        return command;
    }
}
