namespace Thaw.GuestAgent.Functions;

/// <summary>The control group that holds the function's processes.</summary>
internal interface IFunctionCgroup
{
    /// <summary>Sets the memory limit.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void SetMemoryLimit(long limitBytes);

    /// <summary>Freezes all processes and waits until they are frozen.</summary>
    /// <exception cref="IOException">The kernel refused, or it took longer than the limit.</exception>
    void Freeze(int timeoutMs);

    /// <summary>Lets the processes run again.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void Thaw();

    /// <summary>Kills all processes, frozen or not.</summary>
    void Kill();

    /// <summary>The most memory used so far; 0 if unknown.</summary>
    long PeakMemoryBytes();
}
