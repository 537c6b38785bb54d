using Thaw.Devices;
using Thaw.Devices.Legacy;
using Thaw.Devices.Virtio;
using Thaw.Kvm;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Arch.X64;

namespace Thaw.Vmm.Machine;

/// <summary>
/// The parts of one microVM, wired: KVM's VM and vCPUs, memory, buses, devices. Knows nothing of booting, running or
/// snapshots.
/// </summary>
/// <remarks>Order matters to KVM: memory slots, then interrupt controllers, then vCPUs, then irqfds.</remarks>
internal sealed class Hardware : IDisposable
{
    private readonly KvmSystem _kvm;
    private readonly List<VirtioSlot> _slots = [];
    private readonly IReadOnlyList<GuestRegion> _regions;

    private Hardware(KvmSystem kvm, KvmVm vm, IReadOnlyList<GuestRegion> ram, IReadOnlyList<GuestRegion> regions)
    {
        _kvm = kvm;
        Vm = vm;
        Ram = ram;
        _regions = regions;
        Memory = new GuestMemory([.. regions]);
        VmGenId = new VmGenIdDevice(Memory);
        VmClock = new VmClockDevice(Memory);
    }

    /// <summary>This host's CPU.</summary>
    internal required HostCpu HostCpu { get; init; }

    /// <summary>KVM's VM.</summary>
    internal KvmVm Vm { get; }

    /// <summary>The vCPUs, by id.</summary>
    internal List<KvmVcpu> Vcpus { get; } = [];

    /// <summary>Guest memory: RAM and persistent memory.</summary>
    internal GuestMemory Memory { get; }

    /// <summary>The regions of RAM: what a snapshot's memory file holds. Their memory slots are 0, 1 ….</summary>
    internal IReadOnlyList<GuestRegion> Ram { get; }

    /// <summary>Port I/O.</summary>
    internal Bus Ports { get; } = Bus.ForPorts();

    /// <summary>MMIO.</summary>
    internal Bus Mmio { get; } = Bus.ForMmio();

    /// <summary>Interrupt of COM1.</summary>
    internal IrqLine SerialLine { get; } = new();

    /// <summary>The VM generation ID.</summary>
    internal VmGenIdDevice VmGenId { get; }

    /// <summary>The VMClock page.</summary>
    internal VmClockDevice VmClock { get; }

    /// <summary>The virtio devices, in the order of their windows.</summary>
    internal IReadOnlyList<VirtioSlot> Slots => _slots;

    /// <summary>Creates VM, memory slots, interrupt controllers and vCPUs. Takes over the regions.</summary>
    /// <exception cref="LinuxException">KVM refused.</exception>
    /// <exception cref="NotSupportedException">KVM lacks something; named.</exception>
    internal static Hardware Create(
        string kvmPath, IReadOnlyList<GuestRegion> ram, IReadOnlyList<GuestRegion> pmem, int vcpuCount,
        bool logDirtyPages)
    {
        KvmSystem kvm = KvmSystem.Open(kvmPath);
        KvmVm vm = kvm.CreateVm();
        Hardware hardware = new(kvm, vm, ram, [.. ram, .. pmem]) { HostCpu = HostCpu.Read(kvm) };
        uint slot = 0;
        foreach (GuestRegion region in hardware._regions)
        {
            vm.SetMemorySlot(slot++, region, logDirtyPages && !region.IsReadOnly);
        }
        vm.CreateInterruptControllers();
        for (uint id = 0; id < vcpuCount; id++)
        {
            hardware.Vcpus.Add(vm.CreateVcpu(id));
        }
        vm.AddIrqFd(hardware.SerialLine.Event, X64Layout.SerialGsi);
        vm.AddIrqFd(hardware.VmGenId.Interrupt, X64Layout.GenericEventGsi);
        return hardware;
    }

    /// <summary>Gives a virtio device the next window and interrupt.</summary>
    /// <param name="device">The device, new or restored.</param>
    /// <param name="state">The transport's state for a restored device, else null.</param>
    internal void AddVirtio(IVirtioDevice device, VirtioMmioState? state)
    {
        int index = _slots.Count;
        if (index == X64Layout.VirtioDeviceCountMax)
        {
            throw new MicrovmException($"A microVM has at most {X64Layout.VirtioDeviceCountMax} virtio devices.");
        }
        IrqLine line = new();
        VirtioMmioTransport transport = state is null
            ? new VirtioMmioTransport(device, Memory, line)
            : VirtioMmioTransport.Restore(state, new VirtioMmioArgs(device, Memory, line));
        _slots.Add(new VirtioSlot(index, device, transport, line));
        GuestAddress window = X64Layout.VirtioWindow(index);
        Vm.AddIrqFd(line.Event, X64Layout.VirtioGsi(index));
        for (int queue = 0; queue < transport.QueueEvents.Count; queue++)
        {
            Vm.AddIoEventFd(transport.QueueEvents[queue], window.Add(VirtioMmioTransport.NotifyOffset), (uint)queue);
        }
        Mmio.Add(new BusRange(window.Value, X64Layout.VirtioMmioBytes), transport);
    }

    /// <summary>Puts the devices of a PC that a kernel needs on their ports, and closes the buses.</summary>
    internal void AddLegacyAndFreeze(Serial16550 serial, TimeProvider time, Action onShutdown, Action onReset)
    {
        Ports.Add(new BusRange(X64Layout.SerialPort, Serial16550.PortCount), serial);
        Ports.Add(new BusRange(I8042.BasePort, I8042.PortCount), new I8042(onReset));
        Ports.Add(new BusRange(CmosRtc.BasePort, CmosRtc.PortCount), new CmosRtc(time));
        Ports.Add(
            new BusRange(X64Layout.PowerPort, AcpiPowerDevice.LengthBytes), new AcpiPowerDevice(onShutdown, onReset));
        Ports.Freeze();
        Mmio.Freeze();
    }

    public void Dispose()
    {
        foreach (VirtioSlot slot in _slots)
        {
            slot.Dispose();
        }
        foreach (KvmVcpu vcpu in Vcpus)
        {
            vcpu.Dispose();
        }
        Vm.Dispose();
        _kvm.Dispose();
        VmGenId.Dispose();
        SerialLine.Dispose();
        foreach (GuestRegion region in _regions)
        {
            region.Mapping.Dispose();
        }
    }
}
