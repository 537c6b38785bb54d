using System.CommandLine;
using System.Text.Json;
using Thaw.Images;

namespace Thaw.Cli.Commands;

/// <summary><c>thaw image build</c></summary>
internal static class ImageBuildCommand
{
    internal static Command Create(CliConsole console)
    {
        Option<string> init = new("--init")
        {
            Description = "The guest's agent, thaw-init.", DefaultValueFactory = _ => DefaultPaths.GuestAgent,
        };
        Option<string> output = new("--output", "-o")
        {
            Description = "Where the images go.",
            DefaultValueFactory = _ => DefaultPaths.ImagesOf(DefaultPaths.Data),
        };
        Option<string[]> runtime = new("--runtime")
        {
            Description = "A runtime to build (python3.13, nodejs20.x, dotnet10); may be given more than once.",
            DefaultValueFactory = _ => ["python3.13"],
        };
        Option<bool> refresh = new("--refresh") { Description = "Take newer packages if the archive has any." };
        Command command = new("build", "Build kernel, initramfs and root images from Debian's packages.")
        {
            init, output, runtime, refresh,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            ImageSet set = await ImageBuilder.BuildAsync(
                new ImageBuildOptions
                {
                    InitPath = result.GetValue(init)!,
                    OutputDirectory = result.GetValue(output),
                    Runtimes = result.GetValue(runtime)!,
                    RefreshPackages = result.GetValue(refresh),
                }, new StepWriter(console.Error), cancellationToken).ConfigureAwait(false);
            if (result.GetValue(GlobalOptions.Json))
            {
                console.Out.WriteLine(JsonSerializer.Serialize(set.Manifest, CliOwnJsonContext.Default.ImagesManifest));
            }
            else
            {
                console.Out.WriteLine(set.Directory);
            }
            return ExitCodes.Ok;
        });
        return command;
    }

    /// <summary>Unlike <see cref="Progress{T}"/> it writes at once, in order.</summary>
    private sealed class StepWriter(TextWriter writer) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => writer.WriteLine($"{value.Step}: {value.Message}");
    }
}
