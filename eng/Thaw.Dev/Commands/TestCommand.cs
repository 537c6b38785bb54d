using System.CommandLine;
using Thaw.Dev.Steps;
using Thaw.Dev.Testing;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev test</c></summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var names = new Argument<string[]>("project")
        {
            Description = "Only these test projects, by name.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var filter = new Option<string?>("--method")
        {
            Description = "Only tests whose full name fits; * stands for anything.",
        };
        var unit = new Option<bool>("--unit") { Description = "Only what needs neither microVMs nor images." };
        var command = new Command(
            "test", "Set up, build, run every test; the last line is 'N passed, N failed'.")
        {
            names, filter, unit,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            IReadOnlyList<TestProject> projects = TestProject.Find(result.GetValue(names) ?? []);
            if (result.GetValue(unit))
            {
                projects = [.. projects.Where(p => p.Stage == TestStage.Unit)];
            }

            await PackageSteps.InstallAsync(cancellationToken);
            await DotnetSteps.BuildAsync(cancellationToken);
            string[] options = result.GetValue(filter) is { } method ? ["-method", method] : [];
            return await TestRun.RunAsync(projects, options, cancellationToken);
        });
        return command;
    }
}
