namespace Thaw.Kvm.Tests;

public sealed class PortIoTests
{
    // 16-bit code: mov dx, port; mov (e)ax, value; out dx, (e)ax; hlt.
    public static TheoryData<byte[], int, ushort, byte[]> Outputs => new()
    {
        { [0xb0, 0x5a, 0xe6, 0x10, 0xf4], 1, 0x10, [0x5a] },
        { [0xba, 0x34, 0x12, 0xb0, 0xff, 0xee, 0xf4], 1, 0x1234, [0xff] },
        { [0xba, 0xff, 0xff, 0xb8, 0xcd, 0xab, 0xef, 0xf4], 2, 0xffff, [0xcd, 0xab] },
        { [0xba, 0x00, 0x06, 0x66, 0xb8, 4, 3, 2, 1, 0x66, 0xef, 0xf4], 4, 0x600, [4, 3, 2, 1] },
    };

    // 16-bit code: mov dx, 0x700; in (e)ax, dx; mov [Data], (e)ax; hlt.
    public static TheoryData<byte[], byte[]> Inputs => new()
    {
        { [0xba, 0x00, 0x07, 0xec, 0xa2, 0x00, 0x20, 0xf4], [0xa1] },
        { [0xba, 0x00, 0x07, 0xed, 0xa3, 0x00, 0x20, 0xf4], [0xa1, 0xb2] },
        { [0xba, 0x00, 0x07, 0x66, 0xed, 0x66, 0xa3, 0x00, 0x20, 0xf4], [0xa1, 0xb2, 0xc3, 0xd4] },
    };

    [Theory]
    [MemberData(nameof(Outputs))]
    public void Out_AnySize_ExitsWithPortAndData(byte[] code, int sizeBytes, ushort port, byte[] data)
    {
        using BareGuest guest = BareGuest.RealMode(code);

        guest.RunTo(VcpuExitReason.PortIo);

        Assert.True(guest.Vcpu.IsPortWrite);
        Assert.Equal(port, guest.Vcpu.Port);
        Assert.Equal(sizeBytes, guest.Vcpu.PortSizeBytes);
        Assert.Equal(data, guest.Vcpu.PortData);
        guest.RunTo(VcpuExitReason.Halt);
    }

    [Theory]
    [MemberData(nameof(Inputs))]
    public void In_AnySize_TakesWhatIsFilledIn(byte[] code, byte[] data)
    {
        using BareGuest guest = BareGuest.RealMode(code);
        guest.RunTo(VcpuExitReason.PortIo);
        Assert.False(guest.Vcpu.IsPortWrite);
        Assert.Equal(0x700, guest.Vcpu.Port);
        Assert.Equal(data.Length, guest.Vcpu.PortData.Length);

        data.CopyTo(guest.Vcpu.PortData);
        guest.RunTo(VcpuExitReason.Halt);

        byte[] stored = new byte[8];
        guest.Memory.TryRead(new Memory.GuestAddress(BareGuest.Data), stored);
        Assert.Equal(data, stored[..data.Length]);
        Assert.Equal(-1, stored.AsSpan(data.Length).IndexOfAnyExcept((byte)0));
    }

    [Theory]
    [InlineData(1, new byte[] { 0xf3, 0x6e })]
    [InlineData(2, new byte[] { 0xf3, 0x6f })]
    [InlineData(4, new byte[] { 0xf3, 0x66, 0x6f })]
    public void RepOuts_ManyElements_ComeInOrderAndWhole(int sizeBytes, byte[] instruction)
    {
        const byte Count = 100;
        // cld; mov si, Data; mov cx, Count; mov dx, 0x3f8; rep outs; hlt
        using BareGuest guest = BareGuest.RealMode(
            [0xfc, 0xbe, 0x00, 0x20, 0xb9, Count, 0, 0xba, 0xf8, 0x03, .. instruction, 0xf4]);
        byte[] data = new byte[Count * sizeBytes];
        new Random(1).NextBytes(data);
        guest.Memory.TryWrite(new Memory.GuestAddress(BareGuest.Data), data);

        List<byte> written = [];
        // KVM may give all elements in one exit or each in one of its own.
        while (written.Count < data.Length)
        {
            guest.RunTo(VcpuExitReason.PortIo);
            Assert.Equal((true, 0x3f8, sizeBytes), (guest.Vcpu.IsPortWrite, guest.Vcpu.Port, guest.Vcpu.PortSizeBytes));
            Assert.Equal(0, guest.Vcpu.PortData.Length % sizeBytes);
            written.AddRange(guest.Vcpu.PortData);
        }

        Assert.Equal(data, written);
        guest.RunTo(VcpuExitReason.Halt);
    }

    [Fact]
    public void RepIns_ManyElements_FillMemoryInOrder()
    {
        const byte Count = 100;
        // cld; mov di, Data; mov cx, Count; mov dx, 0x3f8; rep insb; hlt
        using BareGuest guest = BareGuest.RealMode(
            [0xfc, 0xbf, 0x00, 0x20, 0xb9, Count, 0, 0xba, 0xf8, 0x03, 0xf3, 0x6c, 0xf4]);
        byte next = 1;

        while (guest.Run() == VcpuExitReason.PortIo)
        {
            foreach (ref byte element in guest.Vcpu.PortData)
            {
                element = next++;
            }
        }

        byte[] stored = new byte[Count];
        guest.Memory.TryRead(new Memory.GuestAddress(BareGuest.Data), stored);
        Assert.Equal(Enumerable.Range(1, Count).Select(value => (byte)value), stored);
    }
}
