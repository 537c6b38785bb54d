namespace Thaw.Devices.Virtio;

/// <summary>A part of a chain's readable or writable bytes.</summary>
/// <param name="Offset">From the start of the readable or writable part.</param>
/// <param name="LengthBytes">How many bytes.</param>
public readonly record struct ChainSpan(uint Offset, uint LengthBytes);
