namespace Thaw.Worker.Snapshots;

/// <summary>The files of one snapshot.</summary>
/// <param name="Directory">The snapshot's own directory.</param>
internal sealed record SnapshotPaths(string Directory)
{
    internal const string StateName = "state";
    internal const string MemoryName = "memory";
    internal const string CodeName = "code.img";
    internal const string ManifestName = "manifest.json";

    internal string State => Path.Combine(Directory, StateName);

    internal string Memory => Path.Combine(Directory, MemoryName);

    internal string Code => Path.Combine(Directory, CodeName);

    internal string Manifest => Path.Combine(Directory, ManifestName);
}
