using Thaw.Memory;

namespace Thaw.Devices.Virtio;

/// <summary>One contiguous piece of a descriptor chain, inside guest memory.</summary>
/// <param name="Address">Where it starts.</param>
/// <param name="LengthBytes">How long it is.</param>
public readonly record struct BufferSegment(GuestAddress Address, uint LengthBytes);
