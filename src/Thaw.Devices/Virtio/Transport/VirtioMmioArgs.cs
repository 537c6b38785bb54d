using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>What a restored transport is connected to.</summary>
/// <param name="Device">The device, restored.</param>
/// <param name="Memory">Guest memory, restored.</param>
/// <param name="Line">Its interrupt.</param>
public sealed record VirtioMmioArgs(IVirtioDevice Device, GuestMemory Memory, IInterruptLine Line);
