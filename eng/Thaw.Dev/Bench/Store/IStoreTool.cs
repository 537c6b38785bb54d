namespace Thaw.Dev.Bench.Store;

/// <summary>Something that stores an image, encrypted, and gives it back, verified.</summary>
internal interface IStoreTool
{
    /// <summary>What it is called in results, settings that differ included.</summary>
    string Name { get; }

    /// <summary>Its version and settings, for people.</summary>
    Task<string> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Stores the image in a fresh store, then reads it all back into a file.</summary>
    /// <param name="image">The image.</param>
    /// <param name="work">An empty folder for this run alone.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="DevException">It failed.</exception>
    Task<StoreRun> RunAsync(BenchImage image, string work, CancellationToken cancellationToken);
}
