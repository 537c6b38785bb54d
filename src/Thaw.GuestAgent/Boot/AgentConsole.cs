using System.Text;
using Thaw.Linux;

namespace Thaw.GuestAgent.Boot;

/// <summary>
/// The kernel's log. Each byte on a serial console is an exit to the monitor, so notes go to the log at a level that
/// "quiet" keeps off the console, and only what ends the microVM goes to the console itself.
/// </summary>
internal static class AgentConsole
{
    private const int LineBytesMax = 900;

    /// <summary>Leaves a line in the kernel's log.</summary>
    internal static void Note(string text) => TryWrite("/dev/kmsg", $"<6>thaw-init: {text}");

    /// <summary>Writes to the console.</summary>
    internal static void Alarm(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            if (!TryWrite("/dev/console", $"thaw-init: {line.TrimEnd()}\n"))
            {
                _ = TryWrite("/dev/kmsg", $"<2>thaw-init: {line.TrimEnd()}");
            }
        }
    }

    private static bool TryWrite(string path, string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        try
        {
            using SafeFd file = SafeFd.Open(path, FileOpen.Write);
            return file.TryWrite(bytes.AsSpan(0, Math.Min(bytes.Length, LineBytesMax)), out _) == Errno.OK;
        }
        catch (LinuxException)
        {
            // Nowhere to say it.
            return false;
        }
    }
}
