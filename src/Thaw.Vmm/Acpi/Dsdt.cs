using Thaw.Core;
using Thaw.Devices.Legacy;

namespace Thaw.Vmm.Acpi;

/// <summary>The differentiated system description: the microVM's devices in AML.</summary>
internal static class Dsdt
{
    /// <summary>The table's body.</summary>
    internal static byte[] Build(AcpiDescription machine)
    {
        AmlWriter aml = new();
        aml.Scope("\\_SB", scope =>
        {
            for (int i = 0; i < machine.VirtioMmio.Count; i++)
            {
                AddVirtioMmio(scope, i, machine.VirtioMmio[i]);
            }
            AddSerial(scope, machine.Serial.Port, machine.Serial.Gsi);
            AddVmGenId(scope, machine.VmGenId);
            AddVmClock(scope, machine.VmClock);
            AddGenericEventDevice(scope, machine.GenericEventGsi);
        });
        aml.Name("\\_S5").IntegerPackage(AcpiPowerDevice.SoftOffSleepType, 0, 0, 0);
        return aml.ToArray();
    }

    private static void AddVirtioMmio(AmlWriter scope, int index, (ulong Address, uint LengthBytes, uint Gsi) window) =>
        scope.Device($"V{index:X3}", device =>
        {
            device.Name("_HID").String("LNRO0005");
            device.Name("_UID").Integer((ulong)index);
            device.Name("_CCA").Integer(1);
            device.Name("_CRS").Resources(
                crs => crs.Memory32Fixed((uint)window.Address, window.LengthBytes).EdgeInterrupt(window.Gsi));
        });

    private static void AddSerial(AmlWriter scope, ushort port, uint gsi) =>
        scope.Device("COM1", device =>
        {
            device.Name("_HID").EisaId("PNP0501");
            device.Name("_UID").Integer(0);
            device.Name("_DDN").String("COM1");
            device.Name("_CRS").Resources(crs => crs.PortRange(port, 8).EdgeInterrupt(gsi));
        });

    /// <summary>
    /// Both names: Linux from 5.18 on binds VMGENCTR by _HID or VM_Gen_Counter by _CID, other systems the latter.
    /// </summary>
    private static void AddVmGenId(AmlWriter scope, ulong address) =>
        scope.Device("VGEN", device =>
        {
            device.Name("_HID").String("VMGENCTR");
            device.Name("_CID").String("VM_Gen_Counter");
            device.Name("_DDN").String("VM_Gen_Counter");
            device.Name("ADDR").IntegerPackage(address & uint.MaxValue, address >> 32);
        });

    private static void AddVmClock(AmlWriter scope, ulong address) =>
        scope.Device("VCLK", device =>
        {
            device.Name("_HID").String("AMZNC10C");
            device.Name("_CID").String("VMCLOCK");
            device.Name("_DDN").String("VMCLOCK");
            device.Name("_CRS").Resources(crs => crs.Memory32Fixed((uint)address, PageSize.Bytes));
        });

    /// <summary>
    /// The generic event device turns an interrupt into a Notify (ACPI 6.5, 5.6.9): both pages change together.
    /// </summary>
    private static void AddGenericEventDevice(AmlWriter scope, uint gsi) =>
        scope.Device("GED", device =>
        {
            device.Name("_HID").String("ACPI0013");
            device.Name("_UID").Integer(0);
            device.Name("_CRS").Resources(crs => crs.EdgeInterrupt(gsi));
            device.Method("_EVT", 1, method =>
                method.IfArgument0Equals(
                    gsi, then => then.Notify("\\_SB.VGEN", 0x80).Notify("\\_SB.VCLK", 0x80)));
        });
}
