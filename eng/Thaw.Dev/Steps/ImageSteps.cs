using System.CommandLine;
using Thaw.Images;

namespace Thaw.Dev.Steps;

/// <summary>Builds the guest images.</summary>
internal static class ImageSteps
{
    /// <summary>The runtimes that tests need images of.</summary>
    public static IReadOnlyList<string> TestedRuntimes { get; } = ["python3.13", "nodejs20.x", "dotnet10"];

    /// <summary><c>--runtime</c>, as every command has it that builds images.</summary>
    public static Option<string[]> CreateRuntimeOption() => new("--runtime")
    {
        Description = "Build the image of this runtime [python3.13]; may be given more than once.",
    };

    /// <summary>Builds them around the published <c>thaw-init</c>, or takes them from the cache.</summary>
    public static Task<ImageSet> BuildAsync(
        string? output, bool refresh, CancellationToken cancellationToken, IReadOnlyList<string>? runtimes = null)
    {
        ImageBuildOptions options = new()
        {
            InitPath = Workspace.GuestAgent,
            OutputDirectory = output,
            RefreshPackages = refresh,
        };
        return StepLog.RunAsync("Building guest images", report => ImageBuilder.BuildAsync(
            runtimes is { Count: > 0 } ? options with { Runtimes = runtimes } : options,
            new SynchronousProgress(report),
            cancellationToken));
    }

    /// <summary>
    /// Reports in order and at once, where <see cref="Progress{T}"/> would go through the thread pool.
    /// </summary>
    internal sealed class SynchronousProgress(Action<string> report) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => report($"{value.Step}: {value.Message}");
    }
}
