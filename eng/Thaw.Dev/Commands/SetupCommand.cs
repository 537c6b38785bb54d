using System.CommandLine;
using Thaw.Dev.Steps;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev setup</c></summary>
internal static class SetupCommand
{
    public static Command Create()
    {
        var command = new Command("setup", "Install the system packages that Thaw is built, run and tested with.");
        command.SetAction((_, cancellationToken) => PackageSteps.InstallAsync(cancellationToken));
        return command;
    }
}
