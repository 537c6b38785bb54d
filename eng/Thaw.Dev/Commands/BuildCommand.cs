using System.CommandLine;
using Thaw.Dev.Steps;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev build</c></summary>
internal static class BuildCommand
{
    public static Command Create()
    {
        var command = new Command("build", "Build every project.");
        command.SetAction((_, cancellationToken) => DotnetSteps.BuildAsync(cancellationToken));
        return command;
    }
}
