using Thaw.Kvm;
using Thaw.Snapshot;
using Thaw.Vmm.Arch.X64;
using Thaw.Vmm.Config;
using Thaw.Vmm.Snapshots;

namespace Thaw.Vmm.Tests.Snapshots;

public sealed class SectionTests
{
    private static readonly VcpuState s_vcpu = new()
    {
        Cpuid = [new CpuidEntry(1, 2, 3, 4, 5, 6, 7), new CpuidEntry(0x8000_0000, 0, 0, uint.MaxValue, 0, 0, 0)],
        Msrs = [new MsrEntry(0x10, ulong.MaxValue), new MsrEntry(0xc000_0080, 0xd01)],
        MpState = [1, 0, 0, 0],
        Regs = [.. Enumerable.Range(0, 18).Select(i => (byte)i)],
        Sregs = [9, 8, 7],
        Xsave = new byte[4096],
        Xcrs = [],
        DebugRegs = [1],
        Lapic = [2, 2],
        Events = [3, 3, 3],
        TscKhz = 2_400_000,
    };

    private static readonly VmState s_vm = new()
    {
        PicMaster = [1, 2],
        PicSlave = [3],
        IoApic = [],
        Pit = [4, 5, 6],
        ClockNs = 0x1122_3344_5566_7788,
    };

    private static readonly MicrovmConfig s_config = new()
    {
        Machine = new MachineConfig { VcpuCount = 3, MemoryMib = 512, TrackDirtyPages = true },
        BootSource = new BootSource { KernelPath = "/vmlinux" },
        Drives =
        [
            new DriveConfig { Id = "code", Path = "/größe", IsReadOnly = true },
            new DriveConfig { Id = "scratch", Path = "/tmp/x", IsWriteback = true },
        ],
        Pmems = [new PmemConfig { Id = "root", Path = "/root.erofs", IsReadOnly = true }],
        Vsock = new VsockConfig { GuestCid = 3, UdsPath = "/run/v.sock" },
        HasEntropy = true,
    };

    public static TheoryData<int, uint, SnapshotFault> HostileConfigs => new()
    {
        // Where in the section, value: vCPUs, memory, number of drives.
        { 0, 0, SnapshotFault.Malformed },
        { 0, MachineConfig.VcpuCountMax + 1, SnapshotFault.Malformed },
        { 0, uint.MaxValue, SnapshotFault.Malformed },
        { 4, 0, SnapshotFault.Malformed },
        { 4, MachineConfig.MemoryMibMax + 1, SnapshotFault.Malformed },
        { 4, 1u << 31, SnapshotFault.Malformed },
        { 8, (uint)X64Layout.VirtioDeviceCountMax + 1, SnapshotFault.LimitExceeded },
        { 8, uint.MaxValue, SnapshotFault.LimitExceeded },
    };

    [Fact]
    public void VcpuSection_RoundTrip_KeepsEverything()
    {
        VcpuState back = Decode<VcpuSection>(Encode(new VcpuSection(s_vcpu))).State;

        Assert.Equal(s_vcpu.Cpuid, back.Cpuid);
        Assert.Equal(s_vcpu.Msrs, back.Msrs);
        Assert.Equal(s_vcpu.MpState, back.MpState);
        Assert.Equal(s_vcpu.Regs, back.Regs);
        Assert.Equal(s_vcpu.Sregs, back.Sregs);
        Assert.Equal(s_vcpu.Xsave, back.Xsave);
        Assert.Equal(s_vcpu.Xcrs, back.Xcrs);
        Assert.Equal(s_vcpu.DebugRegs, back.DebugRegs);
        Assert.Equal(s_vcpu.Lapic, back.Lapic);
        Assert.Equal(s_vcpu.Events, back.Events);
        Assert.Equal(s_vcpu.TscKhz, back.TscKhz);
    }

    [Fact]
    public void VmSection_RoundTrip_KeepsEverything()
    {
        VmState back = Decode<VmSection>(Encode(new VmSection(s_vm))).State;

        Assert.Equal(s_vm.PicMaster, back.PicMaster);
        Assert.Equal(s_vm.PicSlave, back.PicSlave);
        Assert.Equal(s_vm.IoApic, back.IoApic);
        Assert.Equal(s_vm.Pit, back.Pit);
        Assert.Equal(s_vm.ClockNs, back.ClockNs);
    }

    [Fact]
    public void ConfigSection_RoundTrip_KeepsWhatBuildsItAgain()
    {
        MicrovmConfig back = Decode<ConfigSection>(Encode(new ConfigSection(s_config))).Config;

        // What it booted from is past, and whether to log writes is the clone's own choice.
        Assert.Equal(s_config.Machine with { TrackDirtyPages = false }, back.Machine);
        Assert.Null(back.BootSource);
        Assert.Equal(s_config.Drives, back.Drives);
        Assert.Equal(s_config.Pmems, back.Pmems);
        Assert.Equal(s_config.Vsock, back.Vsock);
        Assert.True(back.HasEntropy);
    }

    [Fact]
    public void ConfigSection_SmallestMicrovm_RoundTrips()
    {
        MicrovmConfig back = Decode<ConfigSection>(Encode(new ConfigSection(new MicrovmConfig()))).Config;

        Assert.Equal((1, 128), (back.Machine.VcpuCount, back.Machine.MemoryMib));
        Assert.Empty(back.Drives);
        Assert.Empty(back.Pmems);
        Assert.Null(back.Vsock);
        Assert.False(back.HasEntropy);
    }

    [Fact]
    public void Sections_CutAnywhere_AreRefusedAsTruncated()
    {
        AssertTruncationsRefused<VcpuSection>(Encode(new VcpuSection(s_vcpu)));
        AssertTruncationsRefused<VmSection>(Encode(new VmSection(s_vm)));
        AssertTruncationsRefused<ConfigSection>(Encode(new ConfigSection(s_config)));
    }

    [Fact]
    public void Sections_WithAByteMore_AreRefused()
    {
        Assert.All(
            new Action[]
            {
                () => Decode<VcpuSection>([.. Encode(new VcpuSection(s_vcpu)), 0]),
                () => Decode<VmSection>([.. Encode(new VmSection(s_vm)), 0]),
                () => Decode<ConfigSection>([.. Encode(new ConfigSection(s_config)), 0]),
            },
            decode => Assert.Equal(SnapshotFault.TrailingData, Assert.Throws<SnapshotException>(decode).Fault));
    }

    [Fact]
    public void Sections_RandomDamage_DecodeOrAreRefusedAndNothingElse()
    {
        byte[] vcpu = Encode(new VcpuSection(s_vcpu with { Xsave = [1, 2, 3] }));
        byte[] vm = Encode(new VmSection(s_vm));
        byte[] config = Encode(new ConfigSection(s_config));
        for (int seed = 0; seed < 3000; seed++)
        {
            Random random = new(seed);
            DecodeOrRefuse<VcpuSection>(Damage(random, vcpu));
            DecodeOrRefuse<VmSection>(Damage(random, vm));
            DecodeOrRefuse<ConfigSection>(Damage(random, config));
        }
    }

    [Theory]
    [MemberData(nameof(HostileConfigs))]
    public void ConfigSection_ValueOutOfBounds_IsRefused(int at, uint value, SnapshotFault fault)
    {
        byte[] bytes = Encode(new ConfigSection(s_config));
        BitConverter.TryWriteBytes(bytes.AsSpan(at), value);

        Assert.Equal(fault, Assert.Throws<SnapshotException>(() => Decode<ConfigSection>(bytes)).Fault);
    }

    // Counts of leaves and registers come first; each claims more than its bound, whose room is not taken before.
    [Theory]
    [InlineData(257u)]
    [InlineData(uint.MaxValue)]
    public void VcpuSection_CountOverItsBound_IsRefused(uint count)
    {
        byte[] cpuid = Encode(new VcpuSection(s_vcpu));
        BitConverter.TryWriteBytes(cpuid.AsSpan(0), count);
        byte[] msrs = Encode(new VcpuSection(s_vcpu with { Cpuid = [] }));
        BitConverter.TryWriteBytes(msrs.AsSpan(4), Math.Max(count, 1025));

        Assert.Equal(
            SnapshotFault.LimitExceeded, Assert.Throws<SnapshotException>(() => Decode<VcpuSection>(cpuid)).Fault);
        Assert.Equal(
            SnapshotFault.LimitExceeded, Assert.Throws<SnapshotException>(() => Decode<VcpuSection>(msrs)).Fault);
    }

    [Fact]
    public void SectionIds_OfEveryDevice_AreValidAndDistinct()
    {
        SectionId[] ids =
        [
            SnapshotSections.Config, SnapshotSections.Vm, SnapshotSections.Serial,
            .. Enumerable.Range(0, MachineConfig.VcpuCountMax).Select(id => SnapshotSections.Vcpu((uint)id)),
            .. Enumerable.Range(0, X64Layout.VirtioDeviceCountMax).Select(SnapshotSections.Transport),
            .. Enumerable.Range(0, X64Layout.VirtioDeviceCountMax).Select(SnapshotSections.Device),
        ];

        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.Equal("vm/vcpu/3", SnapshotSections.Vcpu(3).Value);
        Assert.Equal("dev/virtio/17/device", SnapshotSections.Device(17).Value);
    }

    private static byte[] Encode<T>(T section)
        where T : ISnapshotState<T>
    {
        StateWriter writer = new();
        section.Encode(writer);
        return writer.ToMemory().ToArray();
    }

    private static T Decode<T>(byte[] bytes)
        where T : ISnapshotState<T>
    {
        StateReader reader = new("test", bytes);
        T section = T.Decode(reader, T.StateVersion);
        reader.RequireEnd();
        return section;
    }

    private static void AssertTruncationsRefused<T>(byte[] bytes)
        where T : ISnapshotState<T>
    {
        for (int length = 0; length < bytes.Length; length++)
        {
            SnapshotException refused = Assert.Throws<SnapshotException>(() => Decode<T>(bytes[..length]));
            Assert.Equal(SnapshotFault.Truncated, refused.Fault);
        }
    }

    private static void DecodeOrRefuse<T>(byte[] bytes)
        where T : ISnapshotState<T>
    {
        try
        {
            Decode<T>(bytes);
        }
        catch (SnapshotException)
        {
            // Refused, which is as good.
        }
    }

    private static byte[] Damage(Random random, byte[] bytes)
    {
        byte[] damaged = [.. bytes];
        for (int i = random.Next(1, 5); i > 0; i--)
        {
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        }
        return damaged[..random.Next(damaged.Length / 2, damaged.Length + 1)];
    }
}
