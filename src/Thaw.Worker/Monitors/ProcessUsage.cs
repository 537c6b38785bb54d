using System.Globalization;

namespace Thaw.Worker.Monitors;

/// <summary>What a monitor's process used: the guest's memory and CPU time are part of it.</summary>
/// <param name="CpuTime">CPU time of all its threads.</param>
/// <param name="PrivateBytes">Memory that no other process shares; null where the kernel does not tell.</param>
internal sealed record ProcessUsage(TimeSpan CpuTime, long? PrivateBytes)
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Where user and system time are in /proc/PID/stat, counted after the name in parentheses.</summary>
    private const int UserTimeField = 11;
    private const int SystemTimeField = 12;

    /// <summary>USER_HZ, which Linux promises to user space whatever its own tick is.</summary>
    private const int UserTicksPerSecond = 100;

    /// <summary>Reads the usage; null where the process has ended.</summary>
    internal static ProcessUsage? TryRead(int processId)
    {
        try
        {
            TimeSpan cpu = TryReadSchedulerTime(processId) ?? ReadStatTime(processId);
            return new ProcessUsage(cpu, TryReadPrivateBytes(processId));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or FormatException)
        {
            return null;
        }
    }

    /// <summary>
    /// To the nanosecond, where the kernel keeps these figures. A monitor's threads live as long as it.
    /// </summary>
    private static TimeSpan? TryReadSchedulerTime(int processId)
    {
        long nanoseconds = 0;
        foreach (string thread in Directory.GetDirectories($"/proc/{processId}/task"))
        {
            string path = Path.Combine(thread, "schedstat");
            if (!File.Exists(path))
            {
                return null;
            }
            string text = File.ReadAllText(path);
            nanoseconds += long.Parse(text.AsSpan(0, text.IndexOf(' ')), CultureInfo.InvariantCulture);
        }
        // All zeros: the files are there, but nothing is counted.
        return nanoseconds == 0 ? null : TimeSpan.FromTicks(nanoseconds / NanosecondsPerTick);
    }

    private static TimeSpan ReadStatTime(int processId)
    {
        string text = File.ReadAllText($"/proc/{processId}/stat");
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        long ticks = long.Parse(fields[UserTimeField], CultureInfo.InvariantCulture)
            + long.Parse(fields[SystemTimeField], CultureInfo.InvariantCulture);
        return TimeSpan.FromSeconds((double)ticks / UserTicksPerSecond);
    }

    private static long? TryReadPrivateBytes(int processId)
    {
        string path = $"/proc/{processId}/smaps_rollup";
        if (!File.Exists(path))
        {
            return null;
        }
        long kibibytes = 0;
        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith("Private_Clean:", StringComparison.Ordinal)
                || line.StartsWith("Private_Dirty:", StringComparison.Ordinal))
            {
                ReadOnlySpan<char> value = line.AsSpan(line.IndexOf(':') + 1).Trim();
                kibibytes += long.Parse(value[..value.IndexOf(' ')], CultureInfo.InvariantCulture);
            }
        }
        return kibibytes * 1024;
    }
}
