namespace Thaw.Snapshot;

/// <summary>Consecutive pages of the memory file that hold data of this snapshot.</summary>
/// <param name="FirstPage">Index of the first page: file offset divided by the page size.</param>
/// <param name="Count">Number of pages.</param>
public readonly record struct FilePageRun(ulong FirstPage, ulong Count)
{
    /// <summary>Index of the first page behind the run.</summary>
    public ulong EndPage => FirstPage + Count;
}
