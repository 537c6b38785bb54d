using System.CommandLine;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw function</c></summary>
internal static class FunctionCommand
{
    internal static Command Create(CliConsole console) => new("function", "Create, publish, list and delete functions.")
    {
        FunctionCreateCommand.Create(console),
        FunctionListCommand.Create(console),
        FunctionGetCommand.Create(console),
        FunctionUpdateCodeCommand.Create(console),
        FunctionPublishCommand.Create(console),
        FunctionDeleteCommand.Create(console),
    };
}
