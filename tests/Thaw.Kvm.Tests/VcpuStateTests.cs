using System.Buffers.Binary;
using Thaw.Linux;

namespace Thaw.Kvm.Tests;

public sealed class VcpuStateTests
{
    // STAR, LSTAR, KERNEL_GS_BASE, SYSENTER_EIP, PAT: state of the guest that no other struct holds.
    private static readonly MsrEntry[] s_msrs =
    [
        new(0xc000_0081, 0x0023_0010_0000_0000),
        new(0xc000_0082, 0xffff_ffff_8100_0000),
        new(0xc000_0102, 0xffff_8880_1234_5000),
        new(0x176, 0xffff_ffff_8100_1000),
        new(0x277, 0x0007_0406_0007_0406),
    ];

    private static readonly uint[] s_msrIndices = [.. s_msrs.Select(msr => msr.Index)];

    // 64-bit code: mov ebx, 0x1111; 1: inc ebx; mov eax, ebx; out 0x10, eax; jmp 1b.
    private static readonly byte[] s_counter =
        [0xbb, 0x11, 0x11, 0, 0, 0xff, 0xc3, 0x89, 0xd8, 0xe7, 0x10, 0xeb, 0xf8];

    public static TheoryData<string> Structs => new(StructsOf(Zeroed()).Keys);

    [Fact]
    public void RestoreState_IntoAnotherVm_TheGuestGoesOnAndSoDoesTheOriginal()
    {
        using BareGuest original = BareGuest.LongMode(s_counter, interrupts: true);
        Assert.Equal(0x1112u, original.RunToOutput());
        Assert.Equal(0x1113u, original.RunToOutput());
        original.CompleteExit();
        VcpuState state = original.Vcpu.SaveState(s_msrIndices);
        using BareGuest clone = BareGuest.LongMode(s_counter, interrupts: true);

        clone.Vcpu.RestoreState(state);

        Assert.Equal(0x1114u, clone.RunToOutput());
        Assert.Equal(0x1115u, clone.RunToOutput());
        Assert.Equal(0x1114u, original.RunToOutput());
    }

    [Fact]
    public void SaveState_OfARestoredVcpu_IsTheSameState()
    {
        using BareGuest original = BareGuest.LongMode(s_counter, interrupts: true);
        original.RunToOutput();
        original.CompleteExit();
        original.Vcpu.SetMsrs(s_msrs);
        VcpuState state = Unusual(original.Vcpu.SaveState(s_msrIndices));
        using BareGuest clone = BareGuest.LongMode(s_counter, interrupts: true);

        clone.Vcpu.RestoreState(state);

        VcpuState back = clone.Vcpu.SaveState(s_msrIndices);
        Assert.All(StructsOf(state), part => Assert.True(
            part.Value.AsSpan().SequenceEqual(StructsOf(back)[part.Key]),
            $"{part.Key} differs at byte {part.Value.AsSpan().CommonPrefixLength(StructsOf(back)[part.Key])}."));
        Assert.Equal(s_msrs, back.Msrs);
        Assert.Equal(state.TscKhz, back.TscKhz);
        // Leaf 0xd tells the size for the current XCR0, which was changed in the state.
        Assert.Equal(state.Cpuid.Where(leaf => leaf.Function != 0xd), back.Cpuid.Where(leaf => leaf.Function != 0xd));
    }

    [Fact]
    public void RestoreState_HaltedVcpu_StaysHalted()
    {
        const byte Halted = 3; // KVM_MP_STATE_HALTED
        using BareGuest original = BareGuest.LongMode(s_counter, interrupts: true);
        using BareGuest clone = BareGuest.LongMode(s_counter, interrupts: true);
        VcpuState state = original.Vcpu.SaveState([]) with { MpState = [Halted, 0, 0, 0] };

        clone.Vcpu.RestoreState(state);

        Assert.Equal([Halted, 0, 0, 0], clone.Vcpu.SaveState([]).MpState);
    }

    [Fact]
    public void RestoreState_TscFrequencyOfTheSameModel_IsTaken()
    {
        using BareGuest original = BareGuest.LongMode(s_counter, interrupts: true);
        using BareGuest clone = BareGuest.LongMode(s_counter, interrupts: true);
        VcpuState state = original.Vcpu.SaveState([]);

        // 250 ppm is what KVM itself takes as equal.
        clone.Vcpu.RestoreState(state with { TscKhz = state.TscKhz + state.TscKhz / 5000 });
        clone.Vcpu.RestoreState(state with { TscKhz = 0 });
    }

    [Theory]
    [MemberData(nameof(Structs))]
    public void RestoreState_StructOfAnotherLength_IsRefused(string name)
    {
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);
        VcpuState state = guest.Vcpu.SaveState([]);
        byte[] right = StructsOf(state)[name];

        Assert.All(new[] { [], right[..^1], [.. right, 0] }, wrong =>
        {
            ArgumentException refused =
                Assert.Throws<ArgumentException>(() => guest.Vcpu.RestoreState(With(state, name, wrong)));
            Assert.Contains($"{right.Length} bytes", refused.Message, StringComparison.Ordinal);
            Assert.Contains($"the state has {wrong.Length}", refused.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void RestoreState_MsrThatNoCpuHas_IsRefusedByName()
    {
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);
        VcpuState state = guest.Vcpu.SaveState([]) with { Msrs = [s_msrs[0], new MsrEntry(0x1234_5678, 0x42)] };

        NotSupportedException refused =
            Assert.Throws<NotSupportedException>(() => guest.Vcpu.RestoreState(state));

        Assert.Contains("MSR 0x12345678 = 0x42 of vCPU 0", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RestoreState_LongModeWithoutPaging_IsRefused()
    {
        const int Cr4InSregs = 248;
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);
        VcpuState state = guest.Vcpu.SaveState([]);
        state.Sregs.AsSpan(Cr4InSregs, sizeof(ulong)).Clear();

        LinuxException refused = Assert.Throws<LinuxException>(() => guest.Vcpu.RestoreState(state));

        Assert.Equal((Errno.EINVAL, "KVM_SET_SREGS"), (refused.Errno, refused.Operation));
    }

    [Fact]
    public void GetMsrs_UnknownOnesBetween_LeavesThemOut()
    {
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);
        guest.Vcpu.SetMsrs(s_msrs);

        MsrEntry[] read = guest.Vcpu.GetMsrs([0x1234_5678, s_msrIndices[0], 0x1234_5679, s_msrIndices[1], 0x1234_5680]);

        Assert.Equal(s_msrs[..2], read);
    }

    [Fact]
    public void GetMsrsAndSetMsrs_MoreThanKvmTakesAtOnce_AreAllDone()
    {
        // KVM takes fewer than 256 (MAX_IO_MSRS).
        const int Count = 600;
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);
        MsrEntry[] entries = [.. Enumerable.Range(0, Count).Select(i => new MsrEntry(s_msrIndices[2], (ulong)i))];

        guest.Vcpu.SetMsrs(entries);
        MsrEntry[] read = guest.Vcpu.GetMsrs([.. entries.Select(entry => entry.Index)]);

        Assert.Equal(Enumerable.Repeat(entries[^1], Count), read);
    }

    [Fact]
    public void SetCpuid_LeafOfOurs_IsWhatTheGuestSees()
    {
        // 64-bit code: mov eax, 0x400000f0; cpuid; then eax, ebx, ecx, edx to port 0x10.
        byte[] code =
        [
            0xb8, 0xf0, 0x00, 0x00, 0x40, 0x0f, 0xa2, 0xe7, 0x10, 0x89, 0xd8, 0xe7, 0x10, 0x89, 0xc8, 0xe7, 0x10,
            0x89, 0xd0, 0xe7, 0x10, 0xf4,
        ];
        using BareGuest guest = BareGuest.LongMode(code);
        CpuidEntry leaf = new(0x4000_00f0, 0, 0, 0x1111_1111, 0x2222_2222, 0x3333_3333, 0x4444_4444);

        guest.Vcpu.SetCpuid([.. guest.Vcpu.GetCpuid(), leaf]);

        Assert.Contains(leaf, guest.Vcpu.GetCpuid());
        Assert.Equal(
            [0x1111_1111u, 0x2222_2222u, 0x3333_3333u, 0x4444_4444u],
            new[] { guest.RunToOutput(), guest.RunToOutput(), guest.RunToOutput(), guest.RunToOutput() });
    }

    [Fact]
    public void SetCpuid_MoreLeavesThanKvmTakes_IsRefused()
    {
        using BareGuest guest = BareGuest.LongMode(s_counter);
        CpuidEntry[] tooMany = [.. Enumerable.Range(0, 257).Select(i => new CpuidEntry((uint)i, 0, 0, 0, 0, 0, 0))];

        Assert.Equal(Errno.E2BIG, Assert.Throws<LinuxException>(() => guest.Vcpu.SetCpuid(tooMany)).Errno);
    }

    [Fact]
    public void SetLocalInterrupts_Lapic_HasPicAndNmi()
    {
        using BareGuest guest = BareGuest.LongMode(s_counter, interrupts: true);

        guest.Vcpu.SetLocalInterrupts();

        byte[] lapic = guest.Vcpu.SaveState([]).Lapic;
        // Delivery modes of LINT0 and LINT1 (Intel SDM vol. 3, 11.5.1): ExtINT and NMI.
        Assert.Equal(7u, (BinaryPrimitives.ReadUInt32LittleEndian(lapic.AsSpan(0x350)) >> 8) & 7);
        Assert.Equal(4u, (BinaryPrimitives.ReadUInt32LittleEndian(lapic.AsSpan(0x360)) >> 8) & 7);
    }

    /// <summary>The state with something else than the defaults in every struct.</summary>
    private static VcpuState Unusual(VcpuState state)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(state.Regs.AsSpan(8 * 8), 0x1122_3344_5566_7788); // r8
        BinaryPrimitives.WriteUInt64LittleEndian(state.Sregs.AsSpan(232), 0xdead_b000); // cr2
        state.Sregs[256] = 2; // cr8, which is the priority in the local APIC
        state.Lapic[0x80] = 0x20;
        state.Lapic[0xa0] = 0x20;
        BinaryPrimitives.WriteUInt32LittleEndian(state.Lapic.AsSpan(0xf0), 0x1ff); // enabled
        BinaryPrimitives.WriteUInt64LittleEndian(state.DebugRegs, 0x1234_5678); // dr0
        state.Events[14] = 1; // NMIs are masked: the guest is handling one
        state.Xcrs[16] = 3; // XCR0: x87 and SSE
        state.Xsave[512] = 3; // both are present
        new Random(1).NextBytes(state.Xsave.AsSpan(160, 16 * 16)); // xmm0 to xmm15
        return state;
    }

    private static Dictionary<string, byte[]> StructsOf(VcpuState state) => new()
    {
        ["MpState"] = state.MpState,
        ["Regs"] = state.Regs,
        ["Sregs"] = state.Sregs,
        ["Xsave"] = state.Xsave,
        ["Xcrs"] = state.Xcrs,
        ["DebugRegs"] = state.DebugRegs,
        ["Lapic"] = state.Lapic,
        ["Events"] = state.Events,
    };

    private static VcpuState With(VcpuState state, string name, byte[] bytes) => name switch
    {
        "MpState" => state with { MpState = bytes },
        "Regs" => state with { Regs = bytes },
        "Sregs" => state with { Sregs = bytes },
        "Xsave" => state with { Xsave = bytes },
        "Xcrs" => state with { Xcrs = bytes },
        "DebugRegs" => state with { DebugRegs = bytes },
        "Lapic" => state with { Lapic = bytes },
        "Events" => state with { Events = bytes },
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    private static VcpuState Zeroed() => new()
    {
        Cpuid = [],
        MpState = [],
        Regs = [],
        Sregs = [],
        Xsave = [],
        Xcrs = [],
        DebugRegs = [],
        Lapic = [],
        Events = [],
        Msrs = [],
        TscKhz = 0,
    };
}
