using Thaw.Core;
using Thaw.Linux;
using Thaw.Store;

namespace Thaw.Worker.Layers;

/// <summary>The spaces of a snapshot's layer: which file is which.</summary>
internal static class LayerSpaces
{
    /// <summary>manifest.json.</summary>
    internal const string Manifest = "manifest";

    /// <summary>vCPUs and devices.</summary>
    internal const string State = "state/vm";

    /// <summary>The drive with the deployment package.</summary>
    internal const string Code = "disk/code";

    /// <summary>The pages that any of these sparse files has data in: only there may they differ.</summary>
    internal static IReadOnlyList<PageRange> FindData(params IEnumerable<string> paths) =>
    [
        .. paths.SelectMany(SparseFile.FindData).Select(part =>
        {
            long first = part.Offset / PageSize.Bytes;
            long end = (part.Offset + part.Length + PageSize.Bytes - 1) / PageSize.Bytes;
            return new PageRange((uint)first, (uint)(end - first));
        }),
    ];
}
