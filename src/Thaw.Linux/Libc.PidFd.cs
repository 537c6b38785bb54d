using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>sys/pidfd.h.</summary>
internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "pidfd_open", SetLastError = true)]
    internal static partial int PidFdOpen(int pid, uint flags);

    [LibraryImport(Library, EntryPoint = "getppid")]
    internal static partial int ParentPid();
}
