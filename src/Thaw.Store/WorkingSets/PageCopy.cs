namespace Thaw.Store;

/// <summary>Copies a page's 4 KiB.</summary>
/// <param name="page">Its number.</param>
/// <param name="destination">Room for it.</param>
public delegate void PageCopy(uint page, Span<byte> destination);
