using Thaw.Core;

namespace Thaw.Store;

/// <summary>
/// A range of pages that a layer describes: guest memory, a disk, a state file. Pages that its map does not have are
/// the parent's.
/// </summary>
/// <param name="Name">What it is: <c>memory</c>, <c>state/vm</c>, <c>disk/code</c>.</param>
/// <param name="LengthBytes">Its length; what is behind it in the last page is zero.</param>
/// <param name="IsInherited">Whether pages may be the parent's; else the map has all of them.</param>
/// <param name="Map">The pages that this layer has.</param>
public sealed record LayerSpace(string Name, long LengthBytes, bool IsInherited, PageMap Map)
{
    /// <summary>The usual name of guest memory.</summary>
    public const string Memory = "memory";

    /// <summary>Its length in pages, the last one perhaps in part.</summary>
    public long PageCount => PagesIn(LengthBytes);

    internal static long PagesIn(long bytes) => (bytes + PageSize.Bytes - 1) / PageSize.Bytes;

    internal static bool IsGoodName(string name) =>
        name.Length is > 0 and <= StoreLimits.SpaceNameBytesMax
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or '/');
}
