namespace Thaw.GuestAgent.Secrets;

/// <summary>What was emptied before a snapshot.</summary>
/// <param name="Pages">Pages of marked memory.</param>
/// <param name="Files">Named memory files.</param>
internal readonly record struct WipeSummary(long Pages, int Files);
