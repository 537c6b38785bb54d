using Thaw.Devices.Legacy;
using Thaw.Kvm;
using Thaw.Memory;
using Thaw.Vmm.Acpi;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Boot;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;

namespace Thaw.Vmm;

/// <summary>Making a microVM that boots a kernel.</summary>
public sealed partial class Microvm
{
    /// <summary>Builds a microVM with its kernel in memory, paused at the first instruction.</summary>
    /// <exception cref="BootException">A file cannot be used.</exception>
    /// <exception cref="MicrovmException">The configuration cannot be built.</exception>
    /// <exception cref="Linux.LinuxException">The host refused.</exception>
    /// <exception cref="NotSupportedException">KVM lacks something; named.</exception>
    public static Microvm Boot(MicrovmConfig config, MicrovmEnvironment environment)
    {
        BootSource source = config.BootSource
            ?? throw new MicrovmException("The microVM has no boot source: set one before it starts.");
        IReadOnlyList<GuestRegion> ram = GuestRamLayout.Allocate(config.Machine.MemoryMib);
        IReadOnlyList<GuestRegion> pmem = PmemRegions.Map(config);
        Hardware hardware = Hardware.Create(
            environment.KvmPath, ram, pmem, config.Machine.VcpuCount, config.Machine.TrackDirtyPages);
        try
        {
            LoadKernel(hardware, config, source, environment);
            SerialConsole console = new(environment.ConsoleSink);
            Serial16550 serial = new(hardware.SerialLine, console);
            VirtioDevices.AddNew(hardware, config, pmem, environment);
            Microvm microvm = Assemble(config, environment, hardware, serial, console);
            if (config.Machine.TrackDirtyPages)
            {
                microvm.StartDirtyTracking();
            }
            return microvm;
        }
        catch
        {
            hardware.Dispose();
            throw;
        }
    }

    private static Microvm Assemble(
        MicrovmConfig config, MicrovmEnvironment environment, Hardware hardware, Serial16550 serial,
        SerialConsole console)
    {
        Microvm? microvm = null;
        void End(MicrovmEndReason reason, string what) =>
            environment.Loop.Post(() => microvm?.Finish(new MicrovmEnd(reason, what)));
        hardware.AddLegacyAndFreeze(
            serial,
            environment.Time,
            onShutdown: () => End(MicrovmEndReason.Shutdown, "The guest powered itself off."),
            onReset: () => End(MicrovmEndReason.Reset, "The guest reset itself."));
        console.Start(environment.Loop);
        foreach (VirtioSlot slot in hardware.Slots)
        {
            slot.Transport.Start(environment.Loop);
        }
        microvm = new Microvm(config, environment, hardware, serial, console);
        return microvm;
    }

    private static void LoadKernel(
        Hardware hardware, MicrovmConfig config, BootSource source, MicrovmEnvironment environment)
    {
        LoadedKernel kernel = KernelLoader.Load(source.KernelPath, hardware.Memory);
        BootParams.Write(hardware.Memory, kernel, source.CommandLine, source.InitrdPath, hardware.Ram);
        WriteAcpi(hardware.Memory, config);
        Span<byte> generation = stackalloc byte[VmGenIdDevice.IdBytes];
        environment.FillRandom(generation);
        hardware.VmGenId.SetId(generation);
        hardware.VmClock.Create();
        LongModeEntry entry = BootTables.Write(hardware.Memory, kernel.Entry);
        uint count = (uint)hardware.Vcpus.Count;
        foreach (KvmVcpu vcpu in hardware.Vcpus)
        {
            HostCpu host = hardware.HostCpu;
            vcpu.SetCpuid(CpuidPolicy.For(host.Cpuid, vcpu.Id, count, host.HasTscDeadline));
            vcpu.SetMsrs(MsrPolicy.Boot);
            vcpu.SetLocalInterrupts();
        }
        hardware.Vcpus[0].SetLongModeEntry(entry);
    }

    private static void WriteAcpi(GuestMemory memory, MicrovmConfig config)
    {
        int deviceCount = VirtioDevices.Count(config);
        AcpiDescription description = new()
        {
            VcpuCount = config.Machine.VcpuCount,
            LocalApic = X64Layout.LocalApic,
            IoApic = X64Layout.IoApic,
            PowerPort = X64Layout.PowerPort,
            Serial = (X64Layout.SerialPort, X64Layout.SerialGsi),
            GenericEventGsi = X64Layout.GenericEventGsi,
            VmGenId = X64Layout.VmGenId,
            VmClock = X64Layout.VmClock,
            VirtioMmio = [.. Enumerable.Range(0, deviceCount).Select(index =>
                (X64Layout.VirtioWindow(index).Value, (uint)X64Layout.VirtioMmioBytes, X64Layout.VirtioGsi(index)))],
        };
        AcpiImage image = AcpiTables.Build(description, X64Layout.AcpiTables);
        ulong room = X64Layout.AcpiTablesEnd - X64Layout.AcpiTables;
        if ((ulong)image.Tables.Length > room
            || !memory.TryWrite(new GuestAddress(X64Layout.Rsdp), image.RootPointer)
            || !memory.TryWrite(new GuestAddress(X64Layout.AcpiTables), image.Tables))
        {
            throw new MicrovmException($"ACPI tables of {image.Tables.Length} bytes do not fit into {room} bytes.");
        }
    }
}
