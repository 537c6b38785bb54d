namespace Thaw.Devices.Tests.Harness;

/// <summary>A buffer that a test driver describes to a device.</summary>
internal readonly record struct GuestBuffer(ulong Address, uint LengthBytes, bool IsWritable);
