namespace Thaw.Vmm.Tests;

/// <summary>A folder for one test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("thaw-vmm-test-").FullName;

    internal string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>A file with the given bytes.</summary>
    internal string File(string name, ReadOnlySpan<byte> content)
    {
        string path = File(name);
        System.IO.File.WriteAllBytes(path, content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
