namespace Thaw.Store;

/// <summary>What a read gave.</summary>
/// <param name="IsFound">Whether there is such an object.</param>
/// <param name="Count">Bytes read: to the object's end, or as many as there was room for.</param>
/// <param name="ObjectBytes">The object's whole length.</param>
public readonly record struct StoreRead(bool IsFound, int Count, long ObjectBytes)
{
    /// <summary>There is no such object.</summary>
    public static StoreRead Missing => default;

    /// <summary>A read that gave something.</summary>
    public static StoreRead Found(int count, long objectBytes) => new(true, count, objectBytes);
}
