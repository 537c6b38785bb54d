using System.Runtime.CompilerServices;
using Thaw.Uapi;

namespace Thaw.Linux.Tests.Uapi;

public sealed class GeneratedFilesTests
{
    [Fact]
    public void Generate_Again_GivesTheCommittedFiles()
    {
        string root = UapiGenerator.FindRepositoryRoot(Path.GetDirectoryName(ThisFile())!);
        string folder = UapiGenerator.OutputFolder(root);

        IReadOnlyDictionary<string, string> files = UapiGenerator.Generate(root);

        Assert.All(files, file => Assert.Equal(File.ReadAllText(Path.Combine(folder, file.Key)), file.Value));
        Assert.Equal(
            Directory.GetFiles(folder, "*.g.cs").Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal),
            files.Keys.Order(StringComparer.Ordinal));
    }

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
