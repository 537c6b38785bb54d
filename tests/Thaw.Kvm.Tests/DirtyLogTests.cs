using Thaw.Memory;

namespace Thaw.Kvm.Tests;

public sealed class DirtyLogTests
{
    private const ulong PageCount = BareGuest.RealModeMemoryEnd / 4096;

    // Writes to pages 3, 4 (over the border of both) and 7; out 0x10, al; then writes to page 5 and halts.
    private static readonly byte[] s_writer =
    [
        0xc7, 0x06, 0xff, 0x3f, 1, 1, // mov word [0x3fff], 0x0101
        0xc6, 0x06, 0x10, 0x70, 1, // mov byte [0x7010], 1
        0xe6, 0x10,
        0xc6, 0x06, 0x00, 0x50, 1, // mov byte [0x5000], 1
        0xf4,
    ];

    [Fact]
    public void CollectDirtyLog_GuestWrites_AreItsPagesOnce()
    {
        using BareGuest guest = BareGuest.RealMode(s_writer, logDirtyPages: true);
        guest.RunTo(VcpuExitReason.PortIo);

        Assert.Equal([new PageRun(3, 2), new PageRun(7, 1)], Collect(guest).Runs());
        Assert.Empty(Collect(guest).Runs());
        guest.RunTo(VcpuExitReason.Halt);
        Assert.Equal([new PageRun(5, 1)], Collect(guest).Runs());
    }

    [Fact]
    public void CollectDirtyLog_IntoMarks_AddsToThem()
    {
        using BareGuest guest = BareGuest.RealMode(s_writer, logDirtyPages: true);
        guest.RunTo(VcpuExitReason.PortIo);
        guest.RunTo(VcpuExitReason.Halt);
        DirtyBitmap pages = new(PageCount);
        pages.Mark(0, 1);

        guest.Vm.CollectDirtyLog(0, pages);

        Assert.Equal([new PageRun(0, 1), new PageRun(3, 3), new PageRun(7, 1)], pages.Runs());
    }

    [Fact]
    public void CollectDirtyLog_WritesOfTheHost_AreNotTheGuests()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4], logDirtyPages: true);
        guest.Memory.TryWrite(new GuestAddress(0x6000), [1]);

        guest.RunTo(VcpuExitReason.Halt);

        Assert.Empty(Collect(guest).Runs());
    }

    [Fact]
    public void CollectDirtyLog_SlotWithoutLog_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);

        Assert.Throws<Linux.LinuxException>(() => Collect(guest));
    }

    private static DirtyBitmap Collect(BareGuest guest)
    {
        DirtyBitmap pages = new(PageCount);
        guest.Vm.CollectDirtyLog(0, pages);
        return pages;
    }
}
