namespace Thaw.Pager.Clones;

/// <summary>What a start was asked for with.</summary>
/// <param name="Id">Its name.</param>
/// <param name="SocketPath">Where its monitor connects.</param>
/// <param name="Prefetch">Whether to load the working set beside the guest.</param>
/// <param name="Record">Whether the working set may learn from it.</param>
internal sealed record CloneStartOptions(string Id, string SocketPath, bool Prefetch, bool Record);
