using Thaw.GuestAgent.Restores;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeCloneSystem(Journal journal) : ICloneSystem
{
    internal string? FailingCall { get; set; }

    internal byte[] Entropy { get; private set; } = [];

    internal long WallClockNs { get; private set; }

    internal long? HostClockNs { get; set; }

    internal string? CloneId { get; private set; }

    internal string? HostName { get; private set; }

    internal ulong Generation { get; private set; }

    internal int WatchersTimeoutMs { get; private set; }

    public void AddEntropy(ReadOnlySpan<byte> entropy)
    {
        Do("entropy");
        Entropy = entropy.ToArray();
    }

    public void SetWallClock(long unixNs)
    {
        Do("clock");
        WallClockNs = unixNs;
    }

    public long? ReadHostClock() => HostClockNs;

    public long ReadWallClock() => WallClockNs;

    public void SetIdentity(string cloneId, string? hostName)
    {
        Do("identity");
        CloneId = cloneId;
        HostName = hostName;
    }

    public void AnnounceGeneration(ulong generation)
    {
        Do("generation");
        Generation = generation;
    }

    public void WaitForWatchers(int timeoutMs)
    {
        WatchersTimeoutMs = timeoutMs;
        Do("watchers");
    }

    private void Do(string call)
    {
        journal.Add(call);
        if (FailingCall == call)
        {
            throw new IOException($"{call} was made to fail");
        }
    }
}
