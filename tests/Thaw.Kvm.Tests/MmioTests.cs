using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Kvm.Tests;

public sealed class MmioTests
{
    private const ulong Address = 0x30_0000;

    // 64-bit code: mov rbx, Address; mov rax, 0x0807060504030201; then the access; hlt.
    private static readonly byte[] s_load =
    [
        0x48, 0xc7, 0xc3, 0x00, 0x00, 0x30, 0x00,
        0x48, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8,
    ];

    public static TheoryData<byte[], byte[]> Stores => new()
    {
        { [0x88, 0x03], [1] },
        { [0x66, 0x89, 0x03], [1, 2] },
        { [0x89, 0x03], [1, 2, 3, 4] },
        { [0x48, 0x89, 0x03], [1, 2, 3, 4, 5, 6, 7, 8] },
    };

    // The access, then mov [Data], rax: parts of the register that the load leaves are still 08..01.
    public static TheoryData<byte[], byte[], byte[]> Loads => new()
    {
        { [0x8a, 0x03], [0xa1], [0xa1, 2, 3, 4, 5, 6, 7, 8] },
        { [0x66, 0x8b, 0x03], [0xa1, 0xb2], [0xa1, 0xb2, 3, 4, 5, 6, 7, 8] },
        { [0x8b, 0x03], [0xa1, 0xb2, 0xc3, 0xd4], [0xa1, 0xb2, 0xc3, 0xd4, 0, 0, 0, 0] },
        {
            [0x48, 0x8b, 0x03], [0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x17, 0x28],
            [0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x17, 0x28]
        },
    };

    [Theory]
    [MemberData(nameof(Stores))]
    public void Store_AnyWidth_ExitsWithAddressAndData(byte[] access, byte[] data)
    {
        using BareGuest guest = BareGuest.LongMode([.. s_load, .. access, 0xf4]);

        guest.RunTo(VcpuExitReason.Mmio);

        Assert.True(guest.Vcpu.IsMmioWrite);
        Assert.Equal(Address, guest.Vcpu.MmioAddress);
        Assert.Equal(data, guest.Vcpu.MmioData);
        guest.RunTo(VcpuExitReason.Halt);
    }

    [Theory]
    [MemberData(nameof(Loads))]
    public void Load_AnyWidth_TakesWhatIsFilledIn(byte[] access, byte[] data, byte[] register)
    {
        byte[] keep = [0x48, 0x89, 0x04, 0x25, 0x00, 0x20, 0x00, 0x00];
        using BareGuest guest = BareGuest.LongMode([.. s_load, .. access, .. keep, 0xf4]);
        guest.RunTo(VcpuExitReason.Mmio);
        Assert.False(guest.Vcpu.IsMmioWrite);
        Assert.Equal(Address, guest.Vcpu.MmioAddress);
        Assert.Equal(data.Length, guest.Vcpu.MmioData.Length);

        data.CopyTo(guest.Vcpu.MmioData);
        guest.RunTo(VcpuExitReason.Halt);

        byte[] stored = new byte[8];
        guest.Memory.TryRead(new GuestAddress(BareGuest.Data), stored);
        Assert.Equal(register, stored);
    }

    [Fact]
    public void Store_ToAReadOnlySlot_ExitsAndTheMemoryStays()
    {
        // 16-bit code: mov al, [0x9000]; inc al; mov [0x9000], al; hlt
        using BareGuest guest =
            BareGuest.RealMode([0xa0, 0x00, 0x90, 0xfe, 0xc0, 0xa2, 0x00, 0x90, 0xf4]);
        using SafeMappingHandle mapping = SafeMappingHandle.Anonymous(4096);
        GuestMemory writable = new(new GuestRegion(new GuestAddress(0), mapping));
        writable.TryWrite(new GuestAddress(0), [41]);
        guest.Vm.SetMemorySlot(
            1, new GuestRegion(new GuestAddress(0x9000), mapping, readOnly: true), logDirtyPages: false);

        guest.RunTo(VcpuExitReason.Mmio);

        Assert.True(guest.Vcpu.IsMmioWrite);
        Assert.Equal(0x9000ul, guest.Vcpu.MmioAddress);
        Assert.Equal([42], guest.Vcpu.MmioData.ToArray());
        byte[] now = new byte[1];
        writable.TryRead(new GuestAddress(0), now);
        Assert.Equal(41, now[0]);
    }
}
