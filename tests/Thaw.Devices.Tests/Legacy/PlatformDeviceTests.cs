using Thaw.Devices.Legacy;
using Thaw.Devices.Tests.Harness;

namespace Thaw.Devices.Tests.Legacy;

public sealed class PlatformDeviceTests
{
    [Fact]
    public void I8042_ResetCommand_CallsBack()
    {
        int resets = 0;
        I8042 controller = new(() => resets++);

        controller.Write(4, [0xfe]);
        controller.Write(4, [0xad]);
        controller.Write(0, [0xfe]);
        controller.Write(4, [0xfe, 0xfe]);

        Assert.Equal(1, resets);
    }

    [Fact]
    public void I8042_Status_LetsResetsThroughAndProbesFail()
    {
        I8042 controller = new(() => { });
        byte[] status = new byte[1];

        controller.Read(4, status);

        // Bit 1 clear: a reset does not wait. Bit 0 set for ever: i8042_flush() of Linux finds no controller.
        Assert.Equal(0x01, status[0] & 0x03);
    }

    [Fact]
    public void Cmos_Time_IsTheClocksInBcd()
    {
        CmosRtc rtc = new(new FixedTime(new DateTimeOffset(2031, 12, 24, 23, 59, 8, TimeSpan.Zero)));

        byte[] values =
            [.. new byte[] { 0x00, 0x02, 0x04, 0x06, 0x07, 0x08, 0x09, 0x32 }.Select(r => ReadCmos(rtc, r))];

        Assert.Equal([0x08, 0x59, 0x23, 0x04, 0x24, 0x12, 0x31, 0x20], values);
        Assert.Equal(0, ReadCmos(rtc, 0x0a) & 0x80);
        Assert.Equal(0x02, ReadCmos(rtc, 0x0b));
        Assert.Equal(0x80, ReadCmos(rtc, 0x0d));
    }

    [Fact]
    public void Cmos_State_KeepsTheIndex()
    {
        FixedTime time = new(DateTimeOffset.UnixEpoch);
        CmosRtc rtc = new(time);
        rtc.Write(0, [0x8d]);

        CmosRtc restored = CmosRtc.Restore(StateBytes.RoundTrip(rtc.SaveState()), time);

        byte[] value = new byte[1];
        restored.Read(1, value);
        Assert.Equal(0x80, value[0]);
    }

    [Fact]
    public void AcpiPower_SoftOffAndReset_CallBack()
    {
        int shutdowns = 0, resets = 0;
        AcpiPowerDevice power = new(() => shutdowns++, () => resets++);

        power.Write(AcpiPowerDevice.SleepControlOffset, [0x20 | (3 << 2)]);
        power.Write(AcpiPowerDevice.SleepControlOffset, [AcpiPowerDevice.SoftOffSleepType << 2]);
        power.Write(AcpiPowerDevice.ResetOffset, [0]);
        Assert.Equal((0, 0), (shutdowns, resets));

        power.Write(AcpiPowerDevice.SleepControlOffset, [0x20 | (AcpiPowerDevice.SoftOffSleepType << 2)]);
        power.Write(AcpiPowerDevice.ResetOffset, [AcpiPowerDevice.ResetValue]);
        Assert.Equal((1, 1), (shutdowns, resets));
    }

    private static byte ReadCmos(CmosRtc rtc, byte register)
    {
        byte[] value = new byte[1];
        rtc.Write(0, [register]);
        rtc.Read(1, value);
        return value[0];
    }

    private sealed class FixedTime(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
