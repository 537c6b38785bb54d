using Thaw.Linux;

namespace Thaw.Monitor.Control;

/// <summary>The host kernel's random bytes.</summary>
internal static class HostRandom
{
    /// <summary>Fills all of <paramref name="buffer"/>.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    internal static void Fill(Span<byte> buffer)
    {
        Errno errno = KernelRandom.TryFill(buffer);
        if (errno != Errno.OK)
        {
            throw new LinuxException(errno, "getrandom");
        }
    }
}
