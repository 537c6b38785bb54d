using Thaw.Linux;

namespace Thaw.Devices.Virtio.Vsock;

/// <summary>What a restored vsock device is connected to.</summary>
/// <param name="Loop">The event loop that serves its sockets.</param>
/// <param name="UdsPathOverride">Another Unix socket than the saved one; null: the saved one.</param>
/// <param name="Time">The clock for timeouts; null: the system's.</param>
/// <param name="ResetTimeout">Another <see cref="VsockOptions.TransportResetTimeout"/> than the usual one.</param>
public sealed record VsockArgs(
    EventLoop Loop, string? UdsPathOverride = null, TimeProvider? Time = null, TimeSpan? ResetTimeout = null);
