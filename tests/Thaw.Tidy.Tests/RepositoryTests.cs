using Thaw.Tidy.Tests.Code;
using Thaw.Tidy.Tests.Rules;

namespace Thaw.Tidy.Tests;

/// <summary>The rules of the repository, as tests. What they are for: CONTRIBUTING.md.</summary>
public sealed class RepositoryTests
{
    // This project's own samples break the rules on purpose.
    private const string OwnFolder = "tests/Thaw.Tidy.Tests/";

    private static IEnumerable<SourceFile> Texts =>
        RepositoryFiles.All.Where(f => !f.Path.StartsWith(OwnFolder, StringComparison.Ordinal));

    [Fact]
    public void Projects_FollowTheGraph() => AssertNone(Projects().SelectMany(ProjectGraphRule.Check));

    [Fact]
    public void ProjectGraph_NamesNoProjectThatIsNotThere() => Assert.Empty(
        ProjectGraph.Allowed.Keys.Concat(ProjectGraph.AllowedInTests.Keys)
            .Except(Projects().Select(p => Path.GetFileNameWithoutExtension(p.Path))));

    [Fact]
    public void Solution_HasEveryProject()
    {
        string solution = RepositoryFiles.All.Single(f => f.Path == "Thaw.slnx").Text;

        Assert.All(Projects(), project => Assert.Contains(project.Path, solution, StringComparison.Ordinal));
    }

    [Fact]
    public void UnsafeCode_IsInItsRooms() => AssertNone(RepositoryFiles.CSharp.SelectMany(UnsafeRule.CheckPlace));

    [Fact]
    public void UnsafeBlocks_SayWhyTheyAreSafe() =>
        AssertNone(RepositoryFiles.CSharp.SelectMany(UnsafeRule.CheckComment));

    [Fact]
    public void FilesAndLines_AreNotTooLong() => AssertNone(RepositoryFiles.CSharp.SelectMany(LengthRule.Check));

    [Fact]
    public void Members_AreNotTooLong() => AssertNone(RepositoryFiles.CSharp.SelectMany(MethodLengthRule.Check));

    [Fact]
    public void Folders_AreNotTooFull() => AssertNone(FolderRule.Check(RepositoryFiles.All));

    [Fact]
    public void Files_HoldOneTypeEach() => AssertNone(RepositoryFiles.CSharp.SelectMany(TypeNameRule.Check));

    [Fact]
    public void Code_HasNoRegionsAndNoEmptyCatch() =>
        AssertNone(RepositoryFiles.CSharp.SelectMany(WordingRule.CheckCode));

    [Fact]
    public void Names_SaySomething() => AssertNone(RepositoryFiles.CSharp.SelectMany(WordingRule.CheckNames));

    [Fact]
    public void Tests_DoNotSleep() =>
        AssertNone(RepositoryFiles.CSharp.Where(f => f.IsTest).SelectMany(WordingRule.CheckWaiting));

    [Fact]
    public void Texts_AreFinishedAndOfNoMachine() => AssertNone(Texts.SelectMany(WordingRule.CheckText));

    [Fact]
    public void Documents_LinkToWhatIsThere() => AssertNone(RepositoryFiles.All
        .Where(f => f.Path.EndsWith(".md", StringComparison.Ordinal))
        .SelectMany(f => LinkRule.Check(f, path => Path.Exists(Path.Combine(RepositoryFiles.Root, path)))));

    private static IEnumerable<SourceFile> Projects() =>
        RepositoryFiles.All.Where(f => f.Path.EndsWith(".csproj", StringComparison.Ordinal));

    private static void AssertNone(IEnumerable<Finding> findings)
    {
        string text = string.Join('\n', findings);
        Assert.True(text.Length == 0, text);
    }
}
