using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Kvm.Tests;

public sealed class EventTests
{
    [Fact]
    public void AddIoEventFd_MatchingWrites_SignalWithoutAnExit()
    {
        // mov dword [0x9000], 1; the same with 2; hlt
        using BareGuest guest = BareGuest.RealMode(
            [0x66, 0xc7, 0x06, 0x00, 0x90, 1, 0, 0, 0, 0x66, 0xc7, 0x06, 0x00, 0x90, 2, 0, 0, 0, 0xf4]);
        using EventFd first = EventFd.Create();
        using EventFd second = EventFd.Create();
        using EventFd other = EventFd.Create();
        guest.Vm.AddIoEventFd(first, new GuestAddress(0x9000), match: 1);
        guest.Vm.AddIoEventFd(second, new GuestAddress(0x9000), match: 2);
        guest.Vm.AddIoEventFd(other, new GuestAddress(0x9004), match: 1);

        guest.RunTo(VcpuExitReason.Halt);

        Assert.Equal((true, true, false), (first.TryDrain(), second.TryDrain(), other.TryDrain()));
    }

    [Fact]
    public void AddIoEventFd_AnotherValue_ExitsAsMmio()
    {
        using BareGuest guest = BareGuest.RealMode([0x66, 0xc7, 0x06, 0x00, 0x90, 3, 0, 0, 0, 0xf4]);
        using EventFd fd = EventFd.Create();
        guest.Vm.AddIoEventFd(fd, new GuestAddress(0x9000), match: 1);

        guest.RunTo(VcpuExitReason.Mmio);

        Assert.Equal([3, 0, 0, 0], guest.Vcpu.MmioData.ToArray());
        Assert.False(fd.TryDrain());
    }

    [Fact]
    public void AddIoEventFd_Twice_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);
        using EventFd fd = EventFd.Create();
        guest.Vm.AddIoEventFd(fd, new GuestAddress(0x9000), match: 1);

        LinuxException refused =
            Assert.Throws<LinuxException>(() => guest.Vm.AddIoEventFd(fd, new GuestAddress(0x9000), match: 1));

        Assert.Equal(Errno.EEXIST, refused.Errno);
    }

    [Fact]
    public void AddIrqFd_WithoutInterruptControllers_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);
        using EventFd fd = EventFd.Create();

        Assert.Throws<LinuxException>(() => guest.Vm.AddIrqFd(fd, gsi: 4));
    }

    [Fact]
    public void AddIrqFd_EachSignal_IsAnInterrupt()
    {
        // Interrupt 4 of the first PIC with its base at 8 is vector 12, whose entry in the table of vectors is at 0x30.
        const byte Vector = 0x30;
        byte[] handler = [0xb0, 0x42, 0xe6, 0x81, 0xcf]; // mov al, 0x42; out 0x81, al; iret
        byte[] main =
        [
            0xbc, 0x00, 0x70, // mov sp, 0x7000
            0xc7, 0x06, Vector, 0x00, 0x00, 0x18, // mov word [0x30], 0x1800
            0xc7, 0x06, Vector + 2, 0x00, 0x00, 0x00, // mov word [0x32], 0
            0xb0, 0x11, 0xe6, 0x20, // ICW1: edge-triggered, cascade, ICW4 follows
            0xb0, 0x08, 0xe6, 0x21, // ICW2: base 8
            0xb0, 0x04, 0xe6, 0x21, // ICW3: the second PIC is at 2
            0xb0, 0x03, 0xe6, 0x21, // ICW4: 8086, ends interrupts by itself
            0xb0, 0x00, 0xe6, 0x21, // nothing masked
            0xe6, 0x80, // out 0x80, al: ready
            0xfb, // sti
            0xf4, 0xeb, 0xfd, // 1: hlt; jmp 1b
        ];
        using BareGuest guest = BareGuest.RealMode(main, interrupts: true);
        Assert.True(guest.Memory.TryWrite(new GuestAddress(0x1800), handler));
        guest.Vcpu.SetLocalInterrupts();
        using EventFd line = EventFd.Create();
        guest.Vm.AddIrqFd(line, gsi: 4);
        guest.RunTo(VcpuExitReason.PortIo);
        Assert.Equal(0x80, guest.Vcpu.Port);

        for (int i = 0; i < 3; i++)
        {
            line.Signal();
            guest.RunTo(VcpuExitReason.PortIo);
            Assert.Equal((0x81, 0x42), (guest.Vcpu.Port, guest.Vcpu.PortData[0]));
        }
    }
}
