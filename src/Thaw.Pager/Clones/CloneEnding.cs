using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.Pager.Clones;

/// <summary>Ends a clone whose memory cannot be served: it must not wait for ever, and must not go on.</summary>
internal static class CloneEnding
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Tells the monitor. One that follows Firecracker's protocol hears nothing but the end of the connection, and
    /// Firecracker itself not even that: as its documentation asks of handlers, what is still there after a grace
    /// period is killed.
    /// </summary>
    internal static void Tell(FramedSocket socket, bool isShared, int process, string reason, PagerLog log)
    {
        try
        {
            if (isShared)
            {
                HandOff.Notify(socket, new PagerNotice { Error = reason });
            }
            socket.Socket.Shutdown(receive: false, send: true);
            socket.ReceiveSome(new byte[1], [], s_grace);
        }
        catch (LinuxException e) when (e.Errno == Errno.ETIMEDOUT)
        {
            // It holds the connection, so it lives, and its pid is its own.
            log.Write($"Monitor {process} did not end after its memory was lost; it is killed.");
            _ = ChildProcess.TryKill(process);
        }
        catch (LinuxException)
        {
            // It ended.
        }
    }
}
