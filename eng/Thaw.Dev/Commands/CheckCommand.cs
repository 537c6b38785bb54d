using System.CommandLine;
using Thaw.Dev.Steps;
using Thaw.Dev.Testing;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev check</c></summary>
internal static class CheckCommand
{
    private const string Tidy = "Thaw.Tidy.Tests";

    public static Command Create()
    {
        var command = new Command("check", "What to run before a commit: format, build, and the repository's rules.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await DotnetSteps.CheckFormatAsync(cancellationToken);
            await DotnetSteps.BuildAsync(cancellationToken);
            return await TestRun.RunAsync(TestProject.Find([Tidy]), [], cancellationToken);
        });
        return command;
    }
}
