using System.Runtime.InteropServices;
using Thaw.Linux;

namespace Thaw.Kvm;

/// <summary>A way to get a thread out of KVM_RUN.</summary>
/// <remarks>
/// The signal is SIGRTMIN+1: .NET takes SIGRTMIN for itself. The handler does nothing but exist, so that the system
/// call ends with EINTR; it is a function of the C library that is safe in handlers, so no managed code runs there.
/// </remarks>
public sealed partial class VcpuKick
{
    private const int KickSignal = 34 + 1;

    private static readonly Lock s_installLock = new();
    private static bool s_installed;

    private readonly int _threadId;

    private VcpuKick(int threadId) => _threadId = threadId;

    /// <summary>For the calling thread.</summary>
    /// <exception cref="LinuxException">The signal handler cannot be installed.</exception>
    public static VcpuKick ForCurrentThread()
    {
        Install();
        return new VcpuKick(GetThreadId());
    }

    /// <summary>Interrupts the thread's system call, if it is in one. A thread that ended is no error.</summary>
    public void Send() => _ = SignalThread(Environment.ProcessId, _threadId, KickSignal);

    private static void Install()
    {
        lock (s_installLock)
        {
            if (s_installed)
            {
                return;
            }
            nint libc = NativeLibrary.Load("libc.so.6");
            nint harmless = NativeLibrary.GetExport(libc, "getppid");
            // SAFETY: struct sigaction of glibc x86-64 is 152 bytes: handler, mask (128 bytes), flags, restorer.
            unsafe
            {
                byte* action = stackalloc byte[152];
                new Span<byte>(action, 152).Clear();
                *(nint*)action = harmless;
                if (SigAction(KickSignal, action, null) != 0)
                {
                    throw new LinuxException((Errno)Marshal.GetLastPInvokeError(), "sigaction");
                }
            }
            s_installed = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int GetThreadId();

    [LibraryImport("libc", EntryPoint = "tgkill", SetLastError = true)]
    private static partial int SignalThread(int process, int thread, int signal);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static unsafe partial int SigAction(int signal, byte* action, byte* old);
}
