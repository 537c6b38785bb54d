namespace Thaw.Monitor.CommandLine;

/// <summary>How the monitor ends when its parent process does.</summary>
internal enum ParentDeathSignal
{
    /// <summary>It goes on.</summary>
    None,

    /// <summary>At once, as by SIGKILL.</summary>
    Kill,

    /// <summary>In order: the microVM is stopped, sockets are removed.</summary>
    Terminate,
}
