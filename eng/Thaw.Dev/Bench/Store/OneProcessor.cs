using System.Globalization;

namespace Thaw.Dev.Bench.Store;

/// <summary>
/// Keeps what is measured on one processor. Threads side by side share what a core has (its units, its cache, its
/// clock), so the processor time of a tool that has several at work says more than the work takes.
/// </summary>
internal static class OneProcessor
{
    private const string Field = "Cpus_allowed_list:";

    /// <summary>What comes before a command.</summary>
    public static IReadOnlyList<string> Prefix { get; } =
        ["taskset", "-c", $"{Last(File.ReadLines("/proc/self/status"))}"];

    /// <summary>The last processor that a process may run on.</summary>
    /// <param name="status">Its <c>/proc/PID/status</c> (proc(5)).</param>
    /// <exception cref="DevException">It does not say.</exception>
    internal static int Last(IEnumerable<string> status)
    {
        string list = status.FirstOrDefault(line => line.StartsWith(Field, StringComparison.Ordinal))?[Field.Length..]
            ?? throw new DevException($"/proc/self/status has no line {Field}");
        return int.Parse(list.Trim().Split(',', '-')[^1], CultureInfo.InvariantCulture);
    }
}
