using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>Each rule finds what it is for, and leaves the like of it alone.</summary>
public sealed class RuleSampleTests
{
    [Theory]
    [InlineData("Thaw.Core", "Thaw.Linux", 1)]
    [InlineData("Thaw.Linux", "Thaw.Core", 0)]
    [InlineData("Thaw.Stranger", "Thaw.Core", 1)]
    [InlineData("Thaw.Core.Tests", "Thaw.Core", 0)]
    [InlineData("Thaw.Core.Tests", "Thaw.Vmm", 1)]
    public void ProjectGraph_ForeignReference_IsFound(string project, string reference, int count) => Assert.Equal(
        count,
        ProjectGraphRule.Check(new SourceFile(
            $"src/{project}/{project}.csproj",
            $"<Project><ProjectReference Include=\"../{reference}/{reference}.csproj\" /></Project>"))
            .Count());

    [Theory]
    [InlineData("src/Thaw.Vmm/A.cs", "unsafe { }", 1)]
    [InlineData("src/Thaw.Vmm/A.Unsafe.cs", "unsafe { }", 1)]
    [InlineData("src/Thaw.Linux/A.cs", "[LibraryImport(\"c\")]", 1)]
    [InlineData("src/Thaw.Linux/A.cs", "Marshal.GetLastSystemError()", 1)]
    [InlineData("src/Thaw.Linux/A.cs", "MemoryMarshal.Cast<byte, uint>(x) // unsafe", 0)]
    [InlineData("src/Thaw.Linux/A.Unsafe.cs", "unsafe { }", 0)]
    [InlineData("src/Thaw.Linux/Libc.Epoll.cs", "[LibraryImport(\"c\")]", 0)]
    [InlineData("tests/Thaw.Linux.Tests/A.cs", "Unsafe.SizeOf<int>()", 0)]
    public void UnsafePlace_OutsideItsRoom_IsFound(string path, string text, int count) =>
        Assert.Equal(count, UnsafeRule.CheckPlace(new SourceFile(path, text)).Count());

    [Theory]
    [InlineData("int x;\nunsafe\n{\n}", 1)]
    [InlineData("// Because.\nunsafe { }", 1)]
    [InlineData("// SAFETY: it is.\nint x;\nunsafe { }", 1)]
    [InlineData("// SAFETY: it is,\n// for two reasons.\nunsafe\n{\n}", 0)]
    [InlineData("internal static unsafe void F() { }", 0)]
    public void UnsafeComment_Missing_IsFound(string text, int count) =>
        Assert.Equal(count, UnsafeRule.CheckComment(Source(text)).Count());

    [Theory]
    [InlineData("src/A.cs", LengthRule.FileLinesMax, 0)]
    [InlineData("src/A.cs", LengthRule.FileLinesMax + 1, 1)]
    [InlineData("tests/A.cs", LengthRule.TestFileLinesMax, 0)]
    [InlineData("tests/A.cs", LengthRule.TestFileLinesMax + 1, 1)]
    public void Length_FileOverItsBound_IsFound(string path, int lines, int count) => Assert.Equal(
        count, LengthRule.Check(new SourceFile(path, string.Concat(Enumerable.Repeat("x\n", lines)))).Count());

    [Theory]
    [InlineData(LengthRule.ColumnsMax, 0)]
    [InlineData(LengthRule.ColumnsMax + 1, 1)]
    public void Length_LineOverItsBound_IsFound(int columns, int count) =>
        Assert.Equal(count, LengthRule.Check(Source(new string('x', columns))).Count());

    // Two lines of the body are its braces.
    [Theory]
    [InlineData(MethodLengthRule.LinesMax - 2, 0)]
    [InlineData(MethodLengthRule.LinesMax - 1, 1)]
    public void MethodLength_OverItsBound_IsFound(int lines, int count)
    {
        string body = string.Concat(Enumerable.Repeat("if (x) { y(\"}\"); }\n", lines));

        Assert.Equal(
            count,
            MethodLengthRule.Check(Source($"namespace A;\nclass B\n{{\nvoid F()\n{{\n{body}}}\n}}\n")).Count());
    }

    [Theory]
    [InlineData("#region A", 1)]
    [InlineData("try { F(); } catch { }", 1)]
    [InlineData("try { F(); } catch (IOException e) when (e.X) { }", 1)]
    [InlineData("try { F(); } catch (IOException)\n{\n// It is gone: that was the aim.\n}", 0)]
    [InlineData("try { F(); } catch (IOException) { return; }", 0)]
    [InlineData("// #region", 0)]
    public void Code_RegionOrEmptyCatch_IsFound(string text, int count) =>
        Assert.Equal(count, WordingRule.CheckCode(Source(text)).Count());

    [Theory]
    [InlineData("src/A/ThingManager.cs", "", 1)]
    [InlineData("src/Common/A.cs", "", 1)]
    [InlineData("src/A/B.cs", "class StringUtils { }", 1)]
    [InlineData("src/A/B.cs", "class Commoner { } class Miscount { }", 0)]
    public void Names_ThatSayNothing_AreFound(string path, string text, int count) =>
        Assert.Equal(count, WordingRule.CheckNames(new SourceFile(path, text)).Count());

    [Theory]
    [InlineData("Thread.Sleep(1);", 1)]
    [InlineData("await Task.Delay(10);", 1)]
    [InlineData("await Task.Delay(Timeout.Infinite, token);", 0)]
    public void Waiting_ForTime_IsFound(string text, int count) =>
        Assert.Equal(count, WordingRule.CheckWaiting(Source(text)).Count());

    [Theory]
    [InlineData("// TODO: later", 1)]
    [InlineData("see FIXME", 1)]
    [InlineData("https://api.nuget.org/v3/index.json", 1)]
    [InlineData("cd /work/main", 1)]
    [InlineData("cp x /root/.bashrc", 1)]
    [InlineData("/home/somebody/x", 1)]
    [InlineData("docs/root/x and $base/root/x and src/work/y", 0)]
    public void Text_UnfinishedOrOfOneMachine_IsFound(string text, int count) =>
        Assert.Equal(count, WordingRule.CheckText(Source(text)).Count());

    [Theory]
    [InlineData(FolderRule.FilesMax, 0)]
    [InlineData(FolderRule.FilesMax + 1, 1)]
    public void Folder_OverItsBound_IsFound(int files, int count) => Assert.Equal(
        count,
        FolderRule.Check(Enumerable.Range(0, files).Select(i => new SourceFile($"src/A/F{i}.cs", ""))).Count());

    [Theory]
    [InlineData("[a](b.md)", 1)]
    [InlineData("[a](../there.md)", 0)]
    [InlineData("[a](../there.md#part) [b](#here) [c](https://x.org/y)", 0)]
    public void Link_ToNothing_IsFound(string text, int count) => Assert.Equal(
        count, LinkRule.Check(new SourceFile("docs/x/a.md", text), path => path == "docs/there.md").Count());

    [Theory]
    [InlineData("A.cs", "class A { class Inner { } }\n", 0)]
    [InlineData("A.Part.cs", "public sealed partial class A { }\n", 0)]
    [InlineData("A.cs", "internal readonly record struct B(int X);\n", 1)]
    [InlineData("A.cs", "class A { }\nenum B { }\n", 1)]
    public void TypeName_OtherThanTheFiles_IsFound(string name, string text, int count) =>
        Assert.Equal(count, TypeNameRule.Check(new SourceFile($"src/X/{name}", text)).Count());

    private static SourceFile Source(string text) => new("src/Thaw.Kvm/Sample.cs", text);
}
