using System.Runtime.InteropServices;

namespace Thaw.Linux;

/// <summary>linux/vm_sockets.h, netinet/in.h, netinet/tcp.h: what a server on vsock or loopback needs.</summary>
internal static partial class Libc
{
    internal const int AF_VSOCK = 40;
    internal const uint VMADDR_CID_ANY = uint.MaxValue;
    internal const int SO_REUSEADDR = 2;
    internal const int SO_RCVTIMEO = 20;
    internal const int SO_SNDTIMEO = 21;
    internal const int IPPROTO_TCP = 6;
    internal const int TCP_NODELAY = 1;

    /// <summary>struct sockaddr_in.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    internal struct sockaddr_in
    {
        [FieldOffset(0)]
        public ushort family;

        /// <summary>Big-endian.</summary>
        [FieldOffset(2)]
        public ushort port;

        /// <summary>Big-endian.</summary>
        [FieldOffset(4)]
        public uint address;
    }

    [LibraryImport(Library, EntryPoint = "getsockname", SetLastError = true)]
    internal static unsafe partial int GetSocketName(int fd, byte* address, uint* length);
}
