using System.Globalization;

namespace Thaw.Dev.Bench.Store;

/// <summary>
/// Runs a program on one processor and says what it took: the shell reaps it and reads its resource usage.
/// </summary>
internal static class TimedProcess
{
    /// <summary>Microseconds would be more, but this is what bash gives: three digits after the point.</summary>
    private const string Script = "times=$1; shift; TIMEFORMAT='%3R %3U %3S'; { time \"$@\" 2>&3; } 3>&2 2>\"$times\"";

    /// <summary>Runs the program.</summary>
    /// <param name="directory">Where it runs; also takes a file with its times.</param>
    /// <param name="environment">Variables added to its environment.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What it took, and the lines that it printed.</returns>
    /// <exception cref="DevException">It failed.</exception>
    public static async Task<(Cost Cost, List<string> Lines)> RunAsync(
        string directory,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> command,
        CancellationToken cancellationToken)
    {
        string times = Path.Combine(directory, "times");
        (int code, List<string> lines) = await ChildProcess.CaptureAsync(
            "bash",
            ["-c", $"cd \"$0\" || exit; {Script}", directory, times, .. OneProcessor.Prefix, .. command],
            null,
            cancellationToken,
            environment.Append(new("LC_ALL", "C.UTF-8")).ToDictionary());
        if (code != 0)
        {
            throw new DevException(
                $"{string.Join(' ', command)}\nended with code {code}:\n{string.Join('\n', lines.TakeLast(20))}");
        }

        string[] last = (await File.ReadAllTextAsync(times, cancellationToken)).Trim().Split('\n')[^1].Split(' ');
        double[] seconds = [.. last.Select(word => double.Parse(word, CultureInfo.InvariantCulture))];
        return (new Cost(seconds[1] + seconds[2], seconds[0]), lines);
    }
}
