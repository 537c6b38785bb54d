using Thaw.Linux;

namespace Thaw.GuestAgent;

/// <summary>The microVM that this is PID 1 of.</summary>
internal sealed class GuestMachine : IMachine
{
    /// <inheritdoc/>
    public void SyncAll() => GuestKernel.SyncAll();

    /// <inheritdoc/>
    public void End(bool reboot)
    {
        GuestKernel.SyncAll();
        GuestKernel.End(reboot);
    }
}
