namespace Thaw.GuestAgent.Restores;

/// <summary>What makes a clone's kernel unique. Every call throws where it does not do all that it says.</summary>
internal interface ICloneSystem
{
    /// <summary>Credits fresh entropy and makes the kernel's generator use it at once.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void AddEntropy(ReadOnlySpan<byte> entropy);

    /// <summary>Sets the wall clock.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void SetWallClock(long unixNs);

    /// <summary>Reads the wall clock.</summary>
    long ReadWallClock();

    /// <summary>Sets the host name and the clone id that the function sees.</summary>
    /// <exception cref="IOException">The kernel refused.</exception>
    void SetIdentity(string cloneId, string? hostName);
}
