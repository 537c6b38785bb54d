using Thaw.Tidy.Tests.Code;

namespace Thaw.Tidy.Tests.Rules;

/// <summary>Bounds on files and lines.</summary>
internal static class LengthRule
{
    internal const int FileLinesMax = 400;
    internal const int TestFileLinesMax = 600;
    internal const int ColumnsMax = 120;

    internal static IEnumerable<Finding> Check(SourceFile file)
    {
        int linesMax = file.IsTest ? TestFileLinesMax : FileLinesMax;
        if (file.Lines.Length > linesMax)
        {
            yield return file.AtLine(linesMax + 1, $"{file.Lines.Length} lines, the bound is {linesMax}.");
        }

        for (int i = 0; i < file.Lines.Length; i++)
        {
            if (file.Lines[i].Length > ColumnsMax)
            {
                yield return file.AtLine(i + 1, $"{file.Lines[i].Length} columns, the bound is {ColumnsMax}.");
            }
        }
    }
}
