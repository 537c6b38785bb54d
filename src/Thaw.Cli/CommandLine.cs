using System.CommandLine;
using Thaw.Cli.Client;
using Thaw.Cli.Commands;
using Thaw.Images;
using Thaw.Worker;

namespace Thaw.Cli;

/// <summary>The command line of <c>thaw</c>.</summary>
internal static class CommandLine
{
    private const string Examples = """
          thaw doctor                                  what this machine has, and what Thaw will do about it
          thaw image build                             build the images that microVMs boot from
          thaw serve                                   run the service
          thaw function create hello --code ./hello --handler app.handler --snap-start
          thaw function publish hello --wait           initialise it once and keep a snapshot
          thaw invoke hello:1 --payload '{"name":"you"}'
          thaw check unique hello:1                    compare clones: does any repeat another's random values?

        Exit codes: 0 done, 1 failed, 2 the command line is wrong, 3 the function failed, 4 a check found something.
        """;

    /// <summary>Runs one command.</summary>
    /// <returns>What the process ends with.</returns>
    internal static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, CliConsole console, CancellationToken cancellationToken)
    {
        ParseResult result = Build(console).Parse(arguments, new ParserConfiguration
        {
            // @FILE is a payload's, not a list of further arguments.
            ResponseFileTokenReplacer = null,
        });
        if (result.Errors.Count > 0)
        {
            foreach (string message in result.Errors.Select(error => error.Message).Distinct())
            {
                await console.Error.WriteLineAsync($"thaw: {message}").ConfigureAwait(false);
            }
            await console.Error.WriteLineAsync("See --help of the command.").ConfigureAwait(false);
            return ExitCodes.Usage;
        }
        try
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                Output = console.Out,
                Error = console.Error,
                EnableDefaultExceptionHandler = false,
                // The service ends in its own time; everything else may be interrupted as any program.
                ProcessTerminationTimeout = null,
            }, cancellationToken).ConfigureAwait(false);
        }
        catch (CliException failure)
        {
            return Fail(console, failure.Message, failure.ExitCode);
        }
        catch (ServiceErrorException failure)
        {
            return Fail(console, failure.Message, ExitCodes.Failure);
        }
        catch (Exception failure) when (failure is WorkerException or ImageException or IOException
            or UnauthorizedAccessException or InvalidDataException)
        {
            return Fail(console, failure.Message, ExitCodes.Failure);
        }
    }

    private static int Fail(CliConsole console, string message, int exitCode)
    {
        console.Error.WriteLine($"thaw: {message}");
        return exitCode;
    }

    private static RootCommand Build(CliConsole console)
    {
        RootCommand root = new("Thaw: functions that start from snapshots of microVMs.")
        {
            ServeCommand.Create(console),
            FunctionCommand.Create(console),
            InvokeCommand.Create(console),
            SnapshotCommand.Create(console),
            KeyCommand.Create(console),
            CheckCommand.Create(console),
            StatusCommand.Create(console),
            ImageCommand.Create(console),
            DoctorCommand.Create(console),
        };
        root.Options.Add(GlobalOptions.Endpoint);
        root.Options.Add(GlobalOptions.Json);
        HelpWithExamples.Add(root, Examples);
        HelpWithExamples.Install(root);
        return root;
    }
}
