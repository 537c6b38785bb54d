using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Thaw.Images;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw image list</c></summary>
internal static class ImageListCommand
{
    internal static Command Create(CliConsole console)
    {
        Option<string> images = new("--images")
        {
            Description = "Where the images are.",
            DefaultValueFactory = _ => DefaultPaths.ImagesOf(DefaultPaths.Data),
        };
        Option<bool> verify = new("--verify") { Description = "Read every file and compare its checksum." };
        Command command = new("list", "List images.") { images, verify };
        command.SetAction(async (result, cancellationToken) =>
        {
            ImageSet set = await ImageSet.LoadAsync(
                result.GetValue(images)!, result.GetValue(verify), cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(set.Manifest, CliOwnJsonContext.Default.ImagesManifest));
                return ExitCodes.Ok;
            }
            Table table = CliConsole.NewTable("IMAGE", "SIZE", "SHA-256");
            foreach (ImageFile file in set.Manifest.Files)
            {
                table.AddRow(Markup.Escape(file.Name), $"{file.Size} bytes", Markup.Escape(file.Sha256));
            }
            console.WriteTable(table);
            return ExitCodes.Ok;
        });
        return command;
    }
}
