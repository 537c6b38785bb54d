using System.CommandLine;
using Thaw.Dev.Steps;
using Thaw.Images;

namespace Thaw.Dev.Commands;

/// <summary><c>./dev images</c></summary>
internal static class ImagesCommand
{
    public static Command Create()
    {
        var output = new Option<string?>("--output", "-o") { Description = "Put the set here instead of the cache." };
        var refresh = new Option<bool>("--refresh") { Description = "Take newer packages if the archive has any." };
        Option<string[]> runtime = ImageSteps.CreateRuntimeOption();
        var command = new Command("images", "Build kernel, initramfs and root images; prints their folder.")
        {
            output,
            refresh,
            runtime,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            if (!File.Exists(Workspace.GuestAgent))
            {
                await DotnetSteps.PublishAsync(cancellationToken);
            }

            ImageSet set = await ImageSteps.BuildAsync(
                result.GetValue(output), result.GetValue(refresh), cancellationToken,
                result.GetValue(runtime));
            Console.WriteLine(set.Directory);
        });
        return command;
    }
}
