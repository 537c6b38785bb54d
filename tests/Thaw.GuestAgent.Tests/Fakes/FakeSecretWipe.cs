using Thaw.GuestAgent.Secrets;

namespace Thaw.GuestAgent.Tests.Fakes;

internal sealed class FakeSecretWipe(Journal journal) : ISecretWipe
{
    internal bool Fails { get; set; }

    public WipeSummary WipeAll()
    {
        journal.Add("wipe");
        return Fails ? throw new IOException("the wipe was made to fail") : new WipeSummary(Pages: 3, Files: 2);
    }
}
