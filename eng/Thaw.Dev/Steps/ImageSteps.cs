using Thaw.Images;

namespace Thaw.Dev.Steps;

/// <summary>Builds the guest images.</summary>
internal static class ImageSteps
{
    /// <summary>Builds them around the published <c>thaw-init</c>, or takes them from the cache.</summary>
    public static Task<ImageSet> BuildAsync(string? output, bool refresh, CancellationToken cancellationToken) =>
        StepLog.RunAsync("Building guest images", report => ImageBuilder.BuildAsync(
            new ImageBuildOptions
            {
                InitPath = Workspace.GuestAgent,
                OutputDirectory = output,
                RefreshPackages = refresh,
            },
            new SynchronousProgress(report),
            cancellationToken));

    /// <summary>
    /// Reports in order and at once, where <see cref="Progress{T}"/> would go through the thread pool.
    /// </summary>
    internal sealed class SynchronousProgress(Action<string> report) : IProgress<ImageProgress>
    {
        public void Report(ImageProgress value) => report($"{value.Step}: {value.Message}");
    }
}
