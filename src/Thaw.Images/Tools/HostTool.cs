using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Thaw.Images.Tools;

/// <summary>Runs a program of the host and fails with its last words.</summary>
public static class HostTool
{
    private const int ErrorLinesMax = 12;

    private static readonly Dictionary<string, string> s_debianPackages = new(StringComparer.Ordinal)
    {
        ["mmdebstrap"] = "mmdebstrap",
        ["mkfs.erofs"] = "erofs-utils",
        ["zstd"] = "zstd",
        ["xz"] = "xz-utils",
        ["dpkg-deb"] = "dpkg",
        ["apt-get"] = "apt",
        ["apt-cache"] = "apt",
        ["apt-config"] = "apt",
        ["make"] = "make",
        ["strip"] = "binutils",
        ["gcc"] = "gcc libc6-dev",
        ["gcc-12"] = "gcc-12",
        ["gcc-14"] = "gcc-14",
    };

    /// <summary>Runs the program and gives its standard output as text.</summary>
    /// <exception cref="ImageException">It is not installed, or ended with another code than 0.</exception>
    public static async Task<string> RunAsync(ToolCall call, CancellationToken cancellationToken)
    {
        using var output = new MemoryStream();
        await RunAsync(call, output, cancellationToken).ConfigureAwait(false);
        return Encoding.UTF8.GetString(output.GetBuffer(), 0, (int)output.Length);
    }

    /// <summary>Runs the program and copies its standard output to <paramref name="output"/>.</summary>
    /// <exception cref="ImageException">It is not installed, or ended with another code than 0.</exception>
    public static async Task RunAsync(ToolCall call, Stream output, CancellationToken cancellationToken)
    {
        using Process process = Start(call);
        var errorLines = new Queue<string>();
        try
        {
            Task copyOut = process.StandardOutput.BaseStream.CopyToAsync(output, cancellationToken);
            Task readErrors = ReadErrorsAsync(process.StandardError, call, errorLines, cancellationToken);
            await FeedAsync(process, call.Input, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(copyOut, readErrors).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            Stop(process);
            throw;
        }

        if (process.ExitCode != 0)
        {
            string last = errorLines.Count == 0 ? "it said nothing" : string.Join('\n', errorLines);
            throw new ImageException($"{call.Program} ended with code {process.ExitCode}: {last}");
        }
    }

    private static Process Start(ToolCall call)
    {
        var start = new ProcessStartInfo(call.Program, call.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.WorkingDirectory ?? "",
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach ((string name, string value) in call.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start) ?? throw new ImageException($"{call.Program} did not start.");
        }
        catch (Win32Exception e)
        {
            string package = s_debianPackages.TryGetValue(call.Program, out string? known)
                ? $" Debian has it: apt-get install {known}."
                : "";
            throw new ImageException($"{call.Program} cannot be started: {e.Message}.{package}", e);
        }
    }

    private static async Task FeedAsync(
        Process process, ReadOnlyMemory<byte> input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(input, cancellationToken).ConfigureAwait(false);
            process.StandardInput.Close();
        }
        catch (IOException e)
        {
            // The program ended without reading everything; its exit code says whether that is a failure.
            Debug.WriteLine($"{process.StartInfo.FileName} stopped reading: {e.Message}");
        }
    }

    private static async Task ReadErrorsAsync(
        StreamReader errors, ToolCall call, Queue<string> kept, CancellationToken cancellationToken)
    {
        while (await errors.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            call.OnErrorLine?.Invoke(line);
            kept.Enqueue(line);
            if (kept.Count > ErrorLinesMax)
            {
                kept.Dequeue();
            }
        }
    }

    private static void Stop(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException e)
        {
            Debug.WriteLine("Ended already: " + e.Message);
        }
    }
}
