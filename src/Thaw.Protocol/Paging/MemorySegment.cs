namespace Thaw.Protocol;

/// <summary>Bytes of guest memory that lie in an image. All values are multiples of 4 KiB.</summary>
/// <param name="Offset">Where they begin in guest memory, counted as a memory file has it.</param>
/// <param name="Length">How many.</param>
/// <param name="Image">Which image.</param>
/// <param name="ImageOffset">Where they begin in it.</param>
public readonly record struct MemorySegment(ulong Offset, ulong Length, int Image, ulong ImageOffset)
{
    /// <summary>The guest offset behind the last byte.</summary>
    public ulong End => Offset + Length;
}
