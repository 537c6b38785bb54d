namespace Thaw.Dev.Bench.Unique;

/// <summary>What one draw of 32 bytes costs, or whatever else was measured.</summary>
/// <param name="Where"><c>machine</c>, or <c>microvm</c>.</param>
/// <param name="Name">Which way, as <c>alternatives.c</c> calls it.</param>
/// <param name="Ns">Nanoseconds: the median of several rounds.</param>
/// <param name="LeastNs">The quickest round.</param>
/// <param name="MostNs">The slowest round.</param>
internal sealed record DrawCost(string Where, string Name, double Ns, double LeastNs, double MostNs);
