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

    private static readonly SafeFd s_standardError = OwnProcess.StandardError;

    /// <summary>Leaves a line in the kernel's log.</summary>
    internal static void Note(string text) => TryWrite("/dev/kmsg", $"<6>thaw-init: {text}");

    /// <summary>Writes to the console.</summary>
    internal static void Alarm(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            // Descriptor 2 is the console that the kernel opened for PID 1, unless the initramfs has none.
            string entry = $"thaw-init: {line.TrimEnd()}\n";
            if (!TryWrite(s_standardError, entry) && !TryWrite("/dev/console", entry))
            {
                _ = TryWrite("/dev/kmsg", "<2>" + entry);
            }
        }
    }

    private static bool TryWrite(string path, string line)
    {
        try
        {
            using SafeFd file = SafeFd.Open(path, FileOpen.Write);
            return TryWrite(file, line);
        }
        catch (LinuxException)
        {
            // Nowhere to say it.
            return false;
        }
    }

    private static bool TryWrite(SafeFd file, string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line);
        return file.TryWrite(bytes.AsSpan(0, Math.Min(bytes.Length, LineBytesMax)), out _) == Errno.OK;
    }
}
