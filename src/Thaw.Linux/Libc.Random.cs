using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>sys/random.h.</summary>
internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "getrandom", SetLastError = true)]
    internal static unsafe partial nint GetRandom(byte* buffer, nuint count, uint flags);
}
