using Thaw.Linux;

namespace Thaw.Monitor.Control;

/// <summary>Opens the files that a configuration names, so that a wrong path fails when it is said.</summary>
internal static class HostFileCheck
{
    /// <summary>Null when the file opens, else why not, in the system's words.</summary>
    internal static string? Check(string path, bool writable)
    {
        try
        {
            using SafeFd file = SafeFd.Open(path, writable ? FileOpen.ReadWrite : FileOpen.Read);
            return null;
        }
        catch (LinuxException e)
        {
            return Describe(e.Errno);
        }
    }

    private static string Describe(Errno errno)
    {
        string text = errno switch
        {
            Errno.ENOENT => "No such file or directory",
            Errno.EACCES => "Permission denied",
            Errno.EPERM => "Operation not permitted",
            Errno.EISDIR => "Is a directory",
            Errno.ENOTDIR => "Not a directory",
            _ => errno.ToString(),
        };
        return $"{text} (os error {(int)errno})";
    }
}
