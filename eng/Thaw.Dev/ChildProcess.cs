using System.ComponentModel;
using System.Diagnostics;

namespace Thaw.Dev;

/// <summary>Runs programs for the development commands.</summary>
internal static class ChildProcess
{
    private const int KeptLinesMax = 60;

    /// <summary>Runs a program quietly; what it printed is shown only when it fails.</summary>
    /// <exception cref="DevException">It cannot be started, or ends with another code than 0.</exception>
    public static async Task<string> RunAsync(
        string program, IReadOnlyList<string> arguments, Action<string>? report, CancellationToken cancellationToken)
    {
        (int code, List<string> lines) = await CaptureAsync(program, arguments, report, cancellationToken);
        if (code != 0)
        {
            string shown = string.Join('\n', lines.TakeLast(KeptLinesMax));
            throw new DevException($"{program} {string.Join(' ', arguments)}\nended with code {code}:\n{shown}");
        }

        return string.Join('\n', lines);
    }

    /// <summary>Runs a program and gives its exit code and all lines that it printed.</summary>
    public static async Task<(int Code, List<string> Lines)> CaptureAsync(
        string program,
        IReadOnlyList<string> arguments,
        Action<string>? report,
        CancellationToken cancellationToken,
        IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Workspace.Root,
        };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var lines = new List<string>();
        void Take(string? line)
        {
            if (line is null)
            {
                return;
            }

            lock (lines)
            {
                lines.Add(line);
            }

            if (line.Length > 0)
            {
                report?.Invoke(line);
            }
        }

        using Process process = Start(start);
        process.OutputDataReceived += (_, e) => Take(e.Data);
        process.ErrorDataReceived += (_, e) => Take(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
        await WaitAsync(process, cancellationToken);
        return (process.ExitCode, lines);
    }

    /// <summary>Runs a program on this terminal and gives its exit code.</summary>
    public static async Task<int> RunHereAsync(
        string program, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using Process process = Start(new ProcessStartInfo(program, arguments));
        await WaitAsync(process, cancellationToken);
        return process.ExitCode;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new DevException($"{start.FileName} did not start.");
        }
        catch (Win32Exception e)
        {
            throw new DevException($"{start.FileName} cannot be started: {e.Message}. Run ./dev setup.");
        }
    }

    private static async Task WaitAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
