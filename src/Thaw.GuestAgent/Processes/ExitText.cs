using Thaw.Linux;

namespace Thaw.GuestAgent.Processes;

/// <summary>Lambda's wording of how a process ended.</summary>
internal static class ExitText
{
    /// <summary>The wording.</summary>
    internal static string Of(ExitStatus status) => (status.Signal, status.Code) switch
    {
        (0, 0) => "Runtime exited without providing a reason",
        (0, int code) => $"Runtime exited with error: exit status {code}",
        (int signal, _) => $"Runtime exited with error: signal: {SignalName(signal)}",
    };

    private static string SignalName(int signal) => signal switch
    {
        1 => "hangup",
        2 => "interrupt",
        3 => "quit",
        4 => "illegal instruction",
        6 => "aborted",
        7 => "bus error",
        8 => "floating point exception",
        9 => "killed",
        11 => "segmentation fault",
        13 => "broken pipe",
        15 => "terminated",
        _ => $"signal {signal}",
    };
}
