using System.CommandLine;
using Thaw.Dev.Steps;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev publish</c></summary>
internal static class PublishCommand
{
    public static Command Create()
    {
        var command = new Command(
            "publish", "Publish thaw, thaw-vmm, thaw-pager and thaw-init; prints the folder they are in.");
        command.SetAction(async (_, cancellationToken) =>
        {
            await DotnetSteps.PublishAsync(cancellationToken);
            Console.WriteLine(Workspace.Programs);
        });
        return command;
    }
}
