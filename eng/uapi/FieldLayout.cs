namespace Thaw.Uapi;

/// <summary>Where a field lies, as the C compiler sees it.</summary>
/// <param name="Offset">Offset in the struct.</param>
/// <param name="ElementSize">Size of the field, or of one element of an array.</param>
/// <param name="Size">Size of the whole field.</param>
/// <param name="Signed">Whether the scalar is signed.</param>
public readonly record struct FieldLayout(int Offset, int ElementSize, int Size, bool Signed);
