using Thaw.Store;

namespace Thaw.Worker.Layers;

/// <summary>One of a snapshot's parts, such as its memory.</summary>
/// <param name="Name">What the part's file is called.</param>
/// <param name="Pages">Its content.</param>
/// <param name="LengthBytes">How long it is.</param>
internal sealed record SnapshotPart(string Name, IPageReader Pages, long LengthBytes);
