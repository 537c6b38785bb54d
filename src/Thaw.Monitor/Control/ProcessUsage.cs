using System.Globalization;
using Thaw.Monitor.Models;

namespace Thaw.Monitor.Control;

/// <summary>What this process has used, from the kernel's figures.</summary>
internal static class ProcessUsage
{
    /// <summary>Statistics with the given number of exits.</summary>
    internal static MicrovmStats Read(long exits)
    {
        Dictionary<string, long> memory = ParseKilobytes(File.ReadLines("/proc/self/smaps_rollup"));
        return new MicrovmStats
        {
            CpuTimeUs = (long)Environment.CpuUsage.TotalTime.TotalMicroseconds,
            PrivateBytes = memory.GetValueOrDefault("Private_Dirty") + memory.GetValueOrDefault("Private_Hugetlb"),
            ResidentBytes = memory.GetValueOrDefault("Rss"),
            Exits = exits,
        };
    }

    /// <summary>Reads lines such as <c>Rss:   12 kB</c>; values in bytes.</summary>
    internal static Dictionary<string, long> ParseKilobytes(IEnumerable<string> lines)
    {
        Dictionary<string, long> values = new(StringComparer.Ordinal);
        foreach (string line in lines)
        {
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 3 && words[2] == "kB"
                && long.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out long kilobytes))
            {
                values[words[0].TrimEnd(':')] = kilobytes * 1024;
            }
        }

        return values;
    }
}
