using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeCgroup(Journal journal) : IFunctionCgroup
{
    internal string? FailingCall { get; set; }

    internal long MemoryLimitBytes { get; private set; }

    internal bool IsKilled { get; private set; }

    public void SetMemoryLimit(long limitBytes) => MemoryLimitBytes = limitBytes;

    public void Freeze(int timeoutMs) => Do("freeze");

    public void Thaw() => Do("thaw");

    public void Kill()
    {
        IsKilled = true;
        journal.Add("kill");
    }

    public long PeakMemoryBytes() => 12_345;

    private void Do(string call)
    {
        journal.Add(call);
        if (FailingCall == call)
        {
            throw new IOException($"{call} was made to fail");
        }
    }
}
