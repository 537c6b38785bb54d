namespace Thaw.Linux;

/// <summary>The end of this process without its cooperation.</summary>
public static class ProcessEnd
{
    /// <summary>
    /// Ends the process now, whatever its threads wait for: no handlers, no finalizers, nothing flushed (_exit(2)).
    /// </summary>
    public static void Now(int exitCode) => Libc.ExitNow(exitCode);
}
