using Thaw.Linux;

namespace Thaw.GuestAgent.Restores;

/// <summary>The guest's kernel, and what tells the function who it is.</summary>
/// <remarks>All descriptors are open before a snapshot, so that a clone looks nothing up.</remarks>
/// <param name="identity">The function's view of who it is.</param>
/// <param name="device">The generation counter.</param>
internal sealed class CloneSystem(GuestIdentity identity, SysgenidDevice device) : ICloneSystem, IDisposable
{
    private readonly SafeFd _random = SafeFd.Open("/dev/random", FileOpen.ReadWrite);

    /// <inheritdoc/>
    public void AddEntropy(ReadOnlySpan<byte> entropy)
    {
        GuestKernel.AddEntropy(_random, entropy);
        GuestKernel.ReseedRandom(_random);
    }

    /// <inheritdoc/>
    public void SetWallClock(long unixNs) => LinuxClock.SetRealtime(unixNs);

    /// <inheritdoc/>
    public long? ReadHostClock() => device.TryReadHostClock(out long unixNs) == Errno.OK ? unixNs : null;

    /// <inheritdoc/>
    public long ReadWallClock() => LinuxClock.RealtimeNs;

    /// <inheritdoc/>
    public void SetIdentity(string cloneId, string? hostName)
    {
        identity.Renew(cloneId);
        if (hostName is not null)
        {
            GuestKernel.SetHostName(hostName);
        }
    }

    /// <inheritdoc/>
    public void AnnounceGeneration(ulong generation)
    {
        // The counter has 32 bits and moves on in any case; only that it changes has a meaning.
        device.Update((uint)Math.Min(generation, uint.MaxValue));
        _ = device.Confirm();
    }

    /// <inheritdoc/>
    public void WaitForWatchers(int timeoutMs)
    {
        Errno errno = device.TryWaitForWatchers(timeoutMs);
        if (errno != Errno.OK)
        {
            throw new LinuxException(
                errno, $"wait {timeoutMs} ms for the function's watchers of {SysgenidDevice.DefaultPath}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _random.Dispose();
}
