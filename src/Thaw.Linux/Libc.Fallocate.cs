using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>linux/falloc.h.</summary>
internal static partial class Libc
{
    internal const int FALLOC_FL_KEEP_SIZE = 1;
    internal const int FALLOC_FL_PUNCH_HOLE = 2;

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(int fd, int mode, long offset, long length);
}
