namespace Thaw.Devices.Legacy;

/// <summary>Where a serial port's bytes go.</summary>
public interface ISerialOutput
{
    /// <summary>Takes bytes. On a vCPU thread: must not block; what does not fit is dropped and counted.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
