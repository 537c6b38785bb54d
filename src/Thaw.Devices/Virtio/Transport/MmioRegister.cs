namespace Thaw.Devices.Virtio;

/// <summary>Register offsets of virtio-mmio version 2 (virtio 1.2, section 4.2.2).</summary>
internal static class MmioRegister
{
    internal const ulong MagicValue = 0x000;
    internal const ulong Version = 0x004;
    internal const ulong DeviceId = 0x008;
    internal const ulong VendorId = 0x00c;
    internal const ulong DeviceFeatures = 0x010;
    internal const ulong DeviceFeaturesSel = 0x014;
    internal const ulong DriverFeatures = 0x020;
    internal const ulong DriverFeaturesSel = 0x024;
    internal const ulong QueueSel = 0x030;
    internal const ulong QueueSizeMax = 0x034;
    internal const ulong QueueSize = 0x038;
    internal const ulong QueueReady = 0x044;
    internal const ulong QueueNotify = 0x050;
    internal const ulong InterruptStatus = 0x060;
    internal const ulong InterruptAck = 0x064;
    internal const ulong Status = 0x070;
    internal const ulong QueueDescLow = 0x080;
    internal const ulong QueueDescHigh = 0x084;
    internal const ulong QueueDriverLow = 0x090;
    internal const ulong QueueDriverHigh = 0x094;
    internal const ulong QueueDeviceLow = 0x0a0;
    internal const ulong QueueDeviceHigh = 0x0a4;
    internal const ulong ShmSel = 0x0ac;
    internal const ulong ShmLenLow = 0x0b0;
    internal const ulong ShmLenHigh = 0x0b4;
    internal const ulong ShmBaseLow = 0x0b8;
    internal const ulong ShmBaseHigh = 0x0bc;
    internal const ulong ConfigGeneration = 0x0fc;
    internal const ulong Config = 0x100;
}
