using Thaw.Core;

namespace Thaw.Pager.Tests.Fixtures;

/// <summary>One layer of a <see cref="LayeredMemory"/>.</summary>
internal sealed class TestLayer(string name, IReadOnlyList<uint> pages, HashSet<uint> zero)
{
    internal string Name => name;

    /// <summary>The stored pages, in the order of the layer's data.</summary>
    internal IReadOnlyList<uint> Stored { get; } = [.. pages.Where(page => !zero.Contains(page))];

    internal bool Holds(uint page) => zero.Contains(page) || pages.Contains(page);

    internal bool IsZero(uint page) => zero.Contains(page);

    internal byte[] Content(uint page)
    {
        byte[] content = new byte[PageSize.Bytes];
        new Random(HashCode.Combine(string.GetHashCode(name, StringComparison.Ordinal), page)).NextBytes(content);
        return content;
    }
}
