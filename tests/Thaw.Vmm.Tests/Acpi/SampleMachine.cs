using Thaw.Vmm.Acpi;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Tests.Acpi;

/// <summary>A microVM as its tables describe it.</summary>
internal static class SampleMachine
{
    internal static AcpiDescription Describe(int vcpuCount = 1, int deviceCount = 3) => new()
    {
        VcpuCount = vcpuCount,
        LocalApic = X64Layout.LocalApic,
        IoApic = X64Layout.IoApic,
        PowerPort = X64Layout.PowerPort,
        Serial = (X64Layout.SerialPort, X64Layout.SerialGsi),
        GenericEventGsi = X64Layout.GenericEventGsi,
        VmGenId = X64Layout.VmGenId,
        VmClock = X64Layout.VmClock,
        VirtioMmio =
        [
            .. Enumerable.Range(0, deviceCount).Select(index => (
                X64Layout.VirtioWindow(index).Value, (uint)X64Layout.VirtioMmioBytes, X64Layout.VirtioGsi(index))),
        ],
    };

    /// <summary>The tables, found from the root pointer as a guest finds them.</summary>
    internal static AcpiTableSet Build(int vcpuCount = 1, int deviceCount = 3) =>
        AcpiTableSet.Find(
            AcpiTables.Build(Describe(vcpuCount, deviceCount), X64Layout.AcpiTables), X64Layout.AcpiTables);
}
