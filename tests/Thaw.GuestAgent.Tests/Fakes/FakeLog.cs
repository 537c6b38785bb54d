using Thaw.GuestAgent.Functions;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeLog(Journal journal) : IFunctionLog
{
    public void Drain() => journal.Add("drain");
}
