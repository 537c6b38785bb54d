namespace Thaw.Dev.Bench.Unique;

/// <summary>The same microVM, with its kernel clearing pages as they are freed and without.</summary>
/// <param name="IsOn">Whether it does.</param>
/// <param name="ColdStartMs">From the request to the answer of a function that has no snapshot.</param>
/// <param name="RestoreMs">From the request to a clone being ready: the median.</param>
/// <param name="PageNs">Touching a page and giving it back.</param>
internal sealed record ClearingCost(bool IsOn, double ColdStartMs, double RestoreMs, double PageNs);
