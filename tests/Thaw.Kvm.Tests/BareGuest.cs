using System.Buffers.Binary;
using Thaw.Memory;

namespace Thaw.Kvm.Tests;

/// <summary>A VM with one vCPU and a few instructions. /dev/kvm must be there: a test without it fails.</summary>
internal sealed class BareGuest : IDisposable
{
    /// <summary>Where the instructions are.</summary>
    internal const ushort Code = 0x1000;

    /// <summary>Where there is memory for data, away from the code.</summary>
    internal const ushort Data = 0x2000;

    /// <summary>Memory of a real-mode guest ends here; what lies behind is MMIO.</summary>
    internal const ushort RealModeMemoryEnd = 0x8000;

    /// <summary>Memory of a long-mode guest ends here; what lies behind is MMIO, mapped one to one.</summary>
    internal const ulong LongModeMemoryEnd = 0x20_0000;

    private static readonly TimeSpan s_exitTimeout = TimeSpan.FromSeconds(60);

    private readonly KvmSystem _kvm;
    private int _timedOut;

    private BareGuest(ulong memoryBytes, ReadOnlySpan<byte> code, bool interrupts, bool logDirtyPages)
    {
        _kvm = KvmSystem.Open();
        Vm = _kvm.CreateVm();
        Region = GuestRam.Anonymous(new GuestAddress(0), memoryBytes);
        Memory = new GuestMemory(Region);
        Assert.True(Memory.TryWrite(new GuestAddress(Code), code));
        Vm.SetMemorySlot(0, Region, logDirtyPages);
        if (interrupts)
        {
            Vm.CreateInterruptControllers();
        }
        Vcpu = Vm.CreateVcpu(0);
        Vcpu.SetCpuid(_kvm.SupportedCpuid());
    }

    internal KvmSystem Kvm => _kvm;

    internal KvmVm Vm { get; }

    internal KvmVcpu Vcpu { get; }

    internal GuestRegion Region { get; }

    internal GuestMemory Memory { get; }

    /// <summary>16-bit code at <see cref="Code"/>, all segments from 0.</summary>
    internal static BareGuest RealMode(ReadOnlySpan<byte> code, bool interrupts = false, bool logDirtyPages = false)
    {
        BareGuest guest = new(RealModeMemoryEnd, code, interrupts, logDirtyPages);
        guest.Vcpu.SetRealModeEntry(Code);
        return guest;
    }

    /// <summary>64-bit code at <see cref="Code"/>, the first GiB mapped one to one.</summary>
    internal static BareGuest LongMode(ReadOnlySpan<byte> code, bool interrupts = false)
    {
        const ulong PageTables = 0x4000;
        const ulong PresentWritable = 3;
        const ulong Large = 0x80;
        BareGuest guest = new(LongModeMemoryEnd, code, interrupts, logDirtyPages: false);
        ulong[] gdt = [0, 0x00af_9b00_0000_ffff, 0x00cf_9300_0000_ffff, 0x008f_8b00_0000_ffff];
        guest.WriteWords(0x500, gdt);
        guest.WriteWords(PageTables, [(PageTables + 0x1000) | PresentWritable]);
        guest.WriteWords(PageTables + 0x1000, [(PageTables + 0x2000) | PresentWritable]);
        guest.WriteWords(
            PageTables + 0x2000,
            [.. Enumerable.Range(0, 512).Select(i => ((ulong)i << 21) | PresentWritable | Large)]);
        guest.Vcpu.SetLongModeEntry(new LongModeEntry
        {
            InstructionPointer = Code,
            StackPointer = 0x3000,
            BootParams = 0x7000,
            PageTable = PageTables,
            GdtAddress = 0x500,
            Gdt = gdt,
            IdtAddress = 0x520,
        });
        return guest;
    }

    /// <summary>Runs to the next exit, which has to be of this kind.</summary>
    internal void RunTo(VcpuExitReason expected)
    {
        VcpuExitReason reason = Run();
        Assert.True(
            reason == expected,
            $"Expected {expected}, got {reason}: {Vcpu.DescribeExit()} at 0x{Vcpu.GetInstructionPointer():x}.");
    }

    /// <summary>Runs to the next exit.</summary>
    internal VcpuExitReason Run()
    {
        VcpuKick kick = VcpuKick.ForCurrentThread();
        void Expire(object? state)
        {
            Volatile.Write(ref _timedOut, 1);
            Vcpu.ImmediateExit = true;
            kick.Send();
        }
        using Timer watchdog = new(Expire, null, s_exitTimeout, Timeout.InfiniteTimeSpan);
        VcpuExitReason reason;
        do
        {
            reason = Vcpu.Run();
            Assert.True(
                Volatile.Read(ref _timedOut) == 0,
                $"No exit within {s_exitTimeout.TotalSeconds} s; at 0x{Vcpu.GetInstructionPointer():x}.");
        }
        while (reason == VcpuExitReason.Interrupted);
        return reason;
    }

    /// <summary>Lets KVM finish the instruction that exited last, and nothing more.</summary>
    internal void CompleteExit()
    {
        Vcpu.ImmediateExit = true;
        Assert.Equal(VcpuExitReason.Interrupted, Vcpu.Run());
        Vcpu.ImmediateExit = false;
    }

    /// <summary>Runs to an OUT of 4 bytes and gives its value.</summary>
    internal uint RunToOutput()
    {
        RunTo(VcpuExitReason.PortIo);
        Assert.True(Vcpu.IsPortWrite);
        return BinaryPrimitives.ReadUInt32LittleEndian(Vcpu.PortData);
    }

    public void Dispose()
    {
        Vcpu.Dispose();
        Vm.Dispose();
        _kvm.Dispose();
        Region.Mapping.Dispose();
    }

    private void WriteWords(ulong address, ReadOnlySpan<ulong> words)
    {
        for (int i = 0; i < words.Length; i++)
        {
            Assert.True(Memory.TryStore(new GuestAddress(address + (ulong)i * sizeof(ulong)), words[i]));
        }
    }
}
