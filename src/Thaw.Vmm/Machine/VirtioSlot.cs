using Thaw.Devices.Virtio;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Machine;

/// <summary>A virtio device in its place: window, interrupt, transport.</summary>
/// <param name="Index">Number of the window and the interrupt.</param>
/// <param name="Device">The device.</param>
/// <param name="Transport">Its registers.</param>
/// <param name="Line">Its interrupt.</param>
internal sealed record VirtioSlot(int Index, IVirtioDevice Device, VirtioMmioTransport Transport, IrqLine Line)
    : IDisposable
{
    public void Dispose()
    {
        Transport.Dispose();
        Line.Dispose();
        (Device as IDisposable)?.Dispose();
    }
}
