using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>sys/file.h, and the parts of fcntl.h that are about directories.</summary>
internal static partial class Libc
{
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;
    internal const int O_DIRECTORY = 0x10000;

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    internal static partial int Lock(int fd, int operation);
}
