using System.Diagnostics;
using System.Globalization;
using Thaw.Images.Tools;

namespace Thaw.Dev.Lab;

/// <summary>
/// The exec channel: an ssh server inside, ssh outside. Standard input, output, error and exit code are the command's.
/// </summary>
internal static class LabShell
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(150);

    /// <summary>ssh's own bound for the path of its shared connection, less what it appends meanwhile.</summary>
    private const int ConnectionPathMax = 108 - 20;

    private static bool Shares => LabPaths.Connection.Length <= ConnectionPathMax;

    /// <summary>The ssh command that reaches the host; a shell command is to be appended as one string.</summary>
    public static IReadOnlyList<string> CommandFor(int port) =>
    [
        "ssh", "-F", "none", "-q", "-i", LabPaths.Key, "-p", port.ToString(CultureInfo.InvariantCulture),
        "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "ConnectTimeout=5",
        // It is our own machine behind a loopback port, with a new host key at every boot.
        "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", $"ControlPath={(Shares ? LabPaths.Connection : "none")}", "-o", "ControlMaster=no", "root@127.0.0.1",
    ];

    /// <summary>Gives the public key that the host shall let in; makes the pair at first.</summary>
    public static async Task<string> EnsureKeyAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(LabPaths.Key) || !File.Exists(LabPaths.Key + ".pub"))
        {
            File.Delete(LabPaths.Key);
            await HostTool.RunAsync(
                new ToolCall("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "thaw-lab", "-f", LabPaths.Key),
                cancellationToken);
        }

        return await File.ReadAllTextAsync(LabPaths.Key + ".pub", cancellationToken);
    }

    /// <summary>Waits until the host answers, and opens the connection that later commands share.</summary>
    /// <param name="port">The exec channel's port.</param>
    /// <param name="isRunning">Whether it is worth to go on waiting.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public static async Task<bool> ConnectAsync(int port, Func<bool> isRunning, CancellationToken cancellationToken)
    {
        File.Delete(LabPaths.Connection);
        IReadOnlyList<string> command = CommandFor(port);
        // -f goes to the background only when it is logged in.
        string[] arguments = Shares
            ? [.. command.Skip(1).TakeWhile(w => w != "ControlMaster=no"), "ControlMaster=yes", "-N", "-f", command[^1]]
            : [.. command.Skip(1), "true"];
        while (isRunning())
        {
            using Process process = StartDetached([.. arguments.Where(a => a != "-q")]);
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode == 0)
            {
                return true;
            }

            await Task.Delay(s_poll, cancellationToken);
        }

        return false;
    }

    /// <summary>What ssh said when it last failed to reach the host.</summary>
    public static string LastError() =>
        File.Exists(LabPaths.ShellLog) ? File.ReadAllText(LabPaths.ShellLog).Trim() : "";

    /// <summary>Closes the shared connection.</summary>
    public static async Task DisconnectAsync(int port, CancellationToken cancellationToken)
    {
        if (!File.Exists(LabPaths.Connection))
        {
            return;
        }

        IReadOnlyList<string> command = CommandFor(port);
        await ChildProcess.CaptureAsync(
            command[0], [.. command.Skip(1).SkipLast(1), "-O", "exit", command[^1]], null, cancellationToken);
        File.Delete(LabPaths.Connection);
    }

    /// <summary>Runs a shell command inside on this terminal, and gives its exit code.</summary>
    public static Task<int> RunHereAsync(
        LabState state, string command, bool terminal, CancellationToken cancellationToken)
    {
        string[] tty = terminal ? ["-t"] : [];
        return ChildProcess.RunHereAsync(
            state.Exec[0], [.. state.Exec.Skip(1).SkipLast(1), .. tty, state.Exec[^1], command], cancellationToken);
    }

    /// <summary>Runs a shell command inside; what it printed is shown only when it fails.</summary>
    public static Task<string> RunAsync(LabState state, string command, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync(state.Exec[0], [.. state.Exec.Skip(1), command], null, cancellationToken);

    /// <summary>Makes one shell string of words.</summary>
    public static string Quote(IEnumerable<string> words) =>
        string.Join(' ', words.Select(w => "'" + w.Replace("'", "'\\''", StringComparison.Ordinal) + "'"));

    private static Process StartDetached(string[] arguments)
    {
        // With descriptors of its own, so that nobody who reads ours waits for it.
        string[] shell =
            ["-c", "log=$1; shift; exec ssh \"$@\" </dev/null >\"$log\" 2>&1", "sh", LabPaths.ShellLog, .. arguments];
        return Process.Start(new ProcessStartInfo("/bin/sh", shell))
            ?? throw new DevException("ssh did not start.");
    }
}
