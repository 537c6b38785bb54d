using System.Runtime.CompilerServices;
using Thaw.Linux.Uapi;

namespace Thaw.Linux;

/// <summary>Who is at the other end of a vsock connection.</summary>
public static class VsockPeer
{
    /// <summary>The context id of a machine's host, as its guest sees it.</summary>
    public const uint Host = 2;

    /// <summary>The peer's context id; null where the connection is no vsock connection, or is gone.</summary>
    public static uint? ContextIdOf(BlockingSocket connection)
    {
        sockaddr_vm address = default;
        uint length = (uint)Unsafe.SizeOf<sockaddr_vm>();
        int result;
        // SAFETY: a local struct and its length, written during the call only.
        unsafe
        {
            result = Libc.GetPeerName(connection.Number, (byte*)&address, &length);
        }
        return result == 0 && address.svm_family == Libc.AF_VSOCK ? address.svm_cid : null;
    }
}
