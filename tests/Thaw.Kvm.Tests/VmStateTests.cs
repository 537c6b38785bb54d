namespace Thaw.Kvm.Tests;

public sealed class VmStateTests
{
    private const int PicMaskAt = 8 + 2;
    private const int PicBaseAt = 8 + 6;
    // struct kvm_ioapic_state: address, select, id, irr, padding, then 24 redirection entries of 8 bytes.
    private const int IoApicFirstEntryAt = 8 + 24;

    [Fact]
    public void SaveState_OfARestoredVm_IsTheSameState()
    {
        using BareGuest original = BareGuest.RealMode([0xf4], interrupts: true);
        using BareGuest clone = BareGuest.RealMode([0xf4], interrupts: true);
        VmState state = original.Vm.SaveState();
        state.PicMaster[PicMaskAt] = 0xfb;
        state.PicMaster[PicBaseAt] = 0x30;
        state.PicSlave[PicMaskAt] = 0xff;
        state.PicSlave[PicBaseAt] = 0x38;
        state.IoApic[IoApicFirstEntryAt + 5 * 8] = 0x41;

        clone.Vm.RestoreState(state);

        VmState back = clone.Vm.SaveState();
        Assert.Equal(state.PicMaster, back.PicMaster);
        Assert.Equal(state.PicSlave, back.PicSlave);
        Assert.Equal(state.IoApic, back.IoApic);
        Assert.Equal(state.Pit.Length, back.Pit.Length);
    }

    [Fact]
    public void RestoreState_Clock_GoesOnFromItsValue()
    {
        const ulong HourNs = 3600ul * 1_000_000_000;
        using BareGuest original = BareGuest.RealMode([0xf4], interrupts: true);
        using BareGuest clone = BareGuest.RealMode([0xf4], interrupts: true);
        VmState state = original.Vm.SaveState() with { ClockNs = 100 * HourNs };

        clone.Vm.RestoreState(state);

        Assert.InRange(clone.Vm.SaveState().ClockNs, 100 * HourNs, 101 * HourNs);
    }

    [Fact]
    public void RestoreState_ChipThatNamesAnother_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4], interrupts: true);
        VmState state = guest.Vm.SaveState();

        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { PicSlave = state.PicMaster }));
        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { PicMaster = state.IoApic }));
        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { IoApic = state.PicSlave }));
    }

    [Fact]
    public void RestoreState_StructOfAnotherLength_IsRefused()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4], interrupts: true);
        VmState state = guest.Vm.SaveState();

        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { PicMaster = state.PicMaster[..^1] }));
        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { PicSlave = [] }));
        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { IoApic = [.. state.IoApic, 0] }));
        Assert.Throws<ArgumentException>(() => guest.Vm.RestoreState(state with { Pit = state.Pit[..^1] }));
    }
}
