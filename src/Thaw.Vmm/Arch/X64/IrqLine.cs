using Thaw.Devices;
using Thaw.Linux;

namespace Thaw.Vmm.Arch.X64;

/// <summary>An interrupt that KVM injects when an eventfd is signalled.</summary>
internal sealed class IrqLine : IInterruptLine, IDisposable
{
    internal EventFd Event { get; } = EventFd.Create();

    public void Raise() => Event.Signal();

    public void Dispose() => Event.Dispose();
}
