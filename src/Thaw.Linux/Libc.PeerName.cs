using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>sys/socket.h: who is at the other end.</summary>
internal static partial class Libc
{
    [LibraryImport(Library, EntryPoint = "getpeername", SetLastError = true)]
    internal static unsafe partial int GetPeerName(int fd, byte* address, uint* length);
}
