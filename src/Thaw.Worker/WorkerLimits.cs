namespace Thaw.Worker;

/// <summary>Bounds on what monitors and guests send, and on what the worker keeps of it.</summary>
internal static class WorkerLimits
{
    /// <summary>The longest path of a Unix socket that Linux takes, without the final zero.</summary>
    internal const int SocketPathLengthMax = 107;

    /// <summary>How much of a console is kept in memory.</summary>
    internal const int ConsoleTailSizeBytes = 16 * 1024;

    /// <summary>How much of a console is written to its file.</summary>
    internal const int ConsoleFileSizeBytesMax = 1024 * 1024;

    /// <summary>How many lines of a console are shown with an error.</summary>
    internal const int ConsoleLinesShown = 40;

    /// <summary>The longest line of a console that is shown.</summary>
    internal const int ConsoleLineLengthMax = 300;

    /// <summary>The largest answer that is read from a monitor.</summary>
    internal const int MonitorAnswerSizeBytesMax = 64 * 1024;

    /// <summary>The longest answer of a monitor to a CONNECT on its vsock's socket.</summary>
    internal const int VsockAnswerLengthMax = 32;

    /// <summary>How much of an invocation's log is kept; Lambda's limit of a log's tail.</summary>
    internal const int LogTailSizeBytes = 4 * 1024;

    /// <summary>How many failures are remembered.</summary>
    internal const int FailuresMax = 64;

    /// <summary>The largest images.json or manifest.json.</summary>
    internal const int JsonFileSizeBytesMax = 1024 * 1024;

    /// <summary>How often a refused connection to the agent of a clone is tried again.</summary>
    internal const int ConnectAttemptsMax = 5;

    /// <summary>How often a start is tried on another microVM after the first failed.</summary>
    internal const int StartRetriesMax = 1;

    /// <summary>How many snapshots are made at once.</summary>
    internal const int PublicationsMax = 2;

    /// <summary>How many images the pager holds open that nobody starts from just now.</summary>
    internal const int OpenImagesMax = 64;

    /// <summary>How long an image stays open after the last start from it.</summary>
    internal static readonly TimeSpan ImageIdleMax = TimeSpan.FromMinutes(15);
}
