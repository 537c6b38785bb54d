namespace Thaw.Devices.Legacy;

/// <summary>What a restored serial port is connected to.</summary>
/// <param name="Line">Its interrupt.</param>
/// <param name="Output">Where its bytes go.</param>
public sealed record SerialArgs(IInterruptLine Line, ISerialOutput Output);
