using System.Diagnostics;
using Thaw.Core;
using Thaw.Kvm;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Vmm.Boot;

namespace Thaw.Vmm.Probe;

/// <summary>
/// Tells a KVM that runs guests from one that emulates their every instruction, by running a loop in 64-bit mode: both
/// answer all questions about capabilities alike.
/// </summary>
public static class KvmProbe
{
    /// <summary>
    /// Instructions a microsecond below which a Linux guest does not get far: emulators of single instructions reach
    /// about 1, translating ones some hundred, hardware thousands.
    /// </summary>
    public const double UsableInstructionsPerMicrosecond = 20;

    private const uint LoopCount = 40_000;
    private const int InstructionsPerLoop = 2;
    private const ulong Code = 0x10_0000;
    private const ulong MemoryBytes = 4 << 20;

    /// <summary>out 0x10, al; mov ecx, LoopCount; 1: dec ecx; jnz 1b; out 0x10, al; hlt.</summary>
    /// <remarks>The time between the two exits counts: it leaves out what the first entry of a VM costs.</remarks>
    private static readonly byte[] s_loop =
    [
        0xe6, 0x10,
        0xb9, unchecked((byte)LoopCount), unchecked((byte)(LoopCount >> 8)), unchecked((byte)(LoopCount >> 16)), 0,
        0xff, 0xc9, 0x75, 0xfc, 0xe6, 0x10, 0xf4,
    ];

    /// <summary>Runs the loop in a VM of its own; takes some 100 ms where each instruction is emulated.</summary>
    public static KvmProbeResult Run(string kvmPath = "/dev/kvm")
    {
        try
        {
            double rate = MeasureRate(kvmPath);
            return rate >= UsableInstructionsPerMicrosecond
                ? new KvmProbeResult(true, "KVM runs guest code.", rate)
                : new KvmProbeResult(
                    false, $"{kvmPath} emulates each guest instruction ({rate:F1} a microsecond).", rate);
        }
        catch (LinuxException failure)
        {
            return new KvmProbeResult(false, $"{kvmPath} cannot be used: {failure.Message}.", 0);
        }
        catch (NotSupportedException failure)
        {
            return new KvmProbeResult(false, failure.Message, 0);
        }
    }

    private static double MeasureRate(string kvmPath)
    {
        using KvmSystem kvm = KvmSystem.Open(kvmPath);
        using KvmVm vm = kvm.CreateVm();
        GuestRegion region = GuestRam.Anonymous(new GuestAddress(0), MemoryBytes);
        using SafeMappingHandle mapping = region.Mapping;
        GuestMemory memory = new(region);
        Invariant.That(memory.TryWrite(new GuestAddress(Code), s_loop));
        vm.SetMemorySlot(0, region, logDirtyPages: false);
        using KvmVcpu vcpu = vm.CreateVcpu(0);
        vcpu.SetCpuid(kvm.SupportedCpuid());
        vcpu.SetLongModeEntry(BootTables.Write(memory, Code));
        RunToPort(vcpu, kvmPath);
        long start = Stopwatch.GetTimestamp();
        RunToPort(vcpu, kvmPath);
        return LoopCount * InstructionsPerLoop / Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static void RunToPort(KvmVcpu vcpu, string kvmPath)
    {
        VcpuExitReason reason;
        do
        {
            reason = vcpu.Run();
        }
        while (reason == VcpuExitReason.Interrupted);
        if (reason != VcpuExitReason.PortIo)
        {
            throw new NotSupportedException($"{kvmPath} does not run 64-bit code: {vcpu.DescribeExit()}.");
        }
    }
}
