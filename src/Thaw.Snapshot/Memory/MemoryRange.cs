namespace Thaw.Snapshot;

/// <summary>A range of guest physical memory and where it lies in the memory file.</summary>
/// <param name="GuestAddress">First guest physical address.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="FileOffset">Offset of its first byte in the memory file.</param>
public readonly record struct MemoryRange(ulong GuestAddress, ulong Length, ulong FileOffset);
