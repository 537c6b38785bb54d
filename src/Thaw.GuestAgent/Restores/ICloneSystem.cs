namespace Thaw.GuestAgent.Restores;

/// <summary>
/// What makes a clone's kernel unique, and tells its programs. Every call throws where it does not do all that it says.
/// </summary>
internal interface ICloneSystem
{
    /// <summary>Credits fresh entropy and makes the kernel's generator use it at once.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void AddEntropy(ReadOnlySpan<byte> entropy);

    /// <summary>Sets the wall clock.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void SetWallClock(long unixNs);

    /// <summary>Reads the host's wall clock, where the machine has it; null elsewhere.</summary>
    long? ReadHostClock();

    /// <summary>Reads the wall clock.</summary>
    long ReadWallClock();

    /// <summary>Sets the host name, clone id, boot id and machine id that the function sees.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void SetIdentity(string cloneId, string? hostName);

    /// <summary>Moves the counter of <c>/dev/sysgenid</c> on: programs that look at it see a new value.</summary>
    /// <param name="generation">The least value that it shall have.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    void AnnounceGeneration(ulong generation);

    /// <summary>Waits until all programs that asked to be waited for have confirmed the new generation.</summary>
    /// <exception cref="IOException">One did not in time.</exception>
    void WaitForWatchers(int timeoutMs);
}
