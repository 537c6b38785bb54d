using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Thaw.FunctionRuntime.Clones;

/// <summary>The C library's calls that the runtime needs.</summary>
internal static partial class Libc
{
    internal const int PROT_READ = 1;
    internal const int MAP_SHARED = 1;
    internal const nint MAP_FAILED = -1;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    internal static partial nint Map(
        nint address, nuint length, int protection, int flags, SafeFileHandle file, long offset);

    [LibraryImport(Library, EntryPoint = "clearenv")]
    internal static partial int ClearEnvironment();

    [LibraryImport(Library, EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int SetEnvironment(string name, string value, int overwrite);
}
