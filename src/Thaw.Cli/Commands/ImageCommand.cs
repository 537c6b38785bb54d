using System.CommandLine;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw image</c></summary>
internal static class ImageCommand
{
    internal static Command Create(CliConsole console) => new("image", "Build and list what microVMs boot from.")
    {
        ImageBuildCommand.Create(console),
        ImageListCommand.Create(console),
    };
}
