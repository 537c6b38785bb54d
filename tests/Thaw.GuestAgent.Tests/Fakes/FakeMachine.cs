namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeMachine(Journal journal) : IMachine
{
    public void SyncAll() => journal.Add("sync");

    public void End(bool reboot) => journal.Add(reboot ? "reboot" : "power off");
}
