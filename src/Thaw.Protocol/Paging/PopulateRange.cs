namespace Thaw.Protocol;

/// <summary>Consecutive pages of guest memory that earlier clones touched.</summary>
/// <param name="First">Number of the first page in the snapshot's memory file.</param>
/// <param name="Count">How many.</param>
/// <param name="IsWritten">Whether clones write to them; else they only read.</param>
public readonly record struct PopulateRange(uint First, uint Count, bool IsWritten)
{
    /// <summary>The page behind the last.</summary>
    public ulong End => (ulong)First + Count;
}
