using Thaw.Linux;

namespace Thaw.Kvm.Tests;

public sealed class ExitTests
{
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(60);

    // 16-bit code: mov dword [0x9000], 7, which signals an event without an exit; 1: jmp 1b.
    private static readonly byte[] s_signalAndSpin = [0x66, 0xc7, 0x06, 0x00, 0x90, 7, 0, 0, 0, 0xeb, 0xfe];

    [Fact]
    public void Hlt_WithoutInterruptControllers_Exits()
    {
        using BareGuest guest = BareGuest.RealMode([0x90, 0xf4]);

        guest.RunTo(VcpuExitReason.Halt);

        Assert.Equal(BareGuest.Code + 2ul, guest.Vcpu.GetInstructionPointer());
        Assert.Equal("exit Halt", guest.Vcpu.DescribeExit());
    }

    [Fact]
    public void TripleFault_Exits_AsShutdown()
    {
        // ud2, and a table of handlers with room for none of them.
        using BareGuest guest = BareGuest.LongMode([0x0f, 0x0b]);

        guest.RunTo(VcpuExitReason.Shutdown);

        Assert.Equal("triple fault", guest.Vcpu.DescribeExit());
    }

    [Fact]
    public void JumpToWhereNothingIs_Exits_AsInternalError()
    {
        // jmp 0x9000
        using BareGuest guest = BareGuest.RealMode([0xb8, 0x00, 0x90, 0xff, 0xe0]);

        guest.RunTo(VcpuExitReason.InternalError);

        // Suberror 1: KVM could not emulate (KVM_INTERNAL_ERROR_EMULATION).
        Assert.Equal("KVM internal error, suberror 1", guest.Vcpu.DescribeExit());
    }

    [Fact]
    public void ImmediateExit_SetBeforeRun_RunsNothing()
    {
        using BareGuest guest = BareGuest.RealMode([0x90, 0xf4]);
        guest.Vcpu.ImmediateExit = true;

        Assert.Equal(VcpuExitReason.Interrupted, guest.Vcpu.Run());
        Assert.Equal((ulong)BareGuest.Code, guest.Vcpu.GetInstructionPointer());

        guest.Vcpu.ImmediateExit = false;
        guest.RunTo(VcpuExitReason.Halt);
    }

    [Fact]
    public void ImmediateExit_AfterAnInput_CompletesItFirst()
    {
        // in al, 0x10; out 0x11, al
        using BareGuest guest = BareGuest.RealMode([0xe4, 0x10, 0xe6, 0x11]);
        guest.RunTo(VcpuExitReason.PortIo);
        guest.Vcpu.PortData[0] = 0x77;

        guest.CompleteExit();

        Assert.Equal(BareGuest.Code + 2ul, guest.Vcpu.GetInstructionPointer());
        guest.RunTo(VcpuExitReason.PortIo);
        Assert.Equal((0x11, 0x77), (guest.Vcpu.Port, guest.Vcpu.PortData[0]));
    }

    [Fact]
    public void Send_WhileTheGuestSpins_InterruptsIt()
    {
        using BareGuest guest = BareGuest.RealMode(s_signalAndSpin);
        using Spinner spinner = Spinner.Start(guest);

        spinner.Kick.Send();

        Assert.Equal(VcpuExitReason.Interrupted, spinner.WaitForExit());
    }

    [Fact]
    public void ImmediateExitAndSend_WhileTheGuestSpins_KeepItOut()
    {
        using BareGuest guest = BareGuest.RealMode(s_signalAndSpin);
        using Spinner spinner = Spinner.Start(guest);

        guest.Vcpu.ImmediateExit = true;
        spinner.Kick.Send();

        Assert.Equal(VcpuExitReason.Interrupted, spinner.WaitForExit());
        Assert.Equal(VcpuExitReason.Interrupted, guest.Vcpu.Run());
    }

    [Fact]
    public void Send_ManyTimesToAThreadOutsideKvm_DoesNotDisturbItsNextRun()
    {
        using BareGuest guest = BareGuest.RealMode([0x90, 0xf4]);
        VcpuKick kick = VcpuKick.ForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            kick.Send();
        }

        // Signals are handled where they are sent, so that none is left for KVM_RUN.
        Assert.Equal(VcpuExitReason.Halt, guest.Vcpu.Run());
    }

    [Fact]
    public void Send_ToAThreadThatEnded_IsQuiet()
    {
        VcpuKick? kick = null;
        Thread thread = new(() => kick = VcpuKick.ForCurrentThread());
        thread.Start();
        thread.Join();

        kick!.Send();
    }

    [Fact]
    public void TryNotifyPaused_GuestWithoutClock_SaysSo()
    {
        using BareGuest guest = BareGuest.RealMode([0xf4]);

        Assert.Equal(Errno.EINVAL, guest.Vcpu.TryNotifyPaused());
    }

    /// <summary>A guest that spins on a thread of its own, known to be in KVM_RUN.</summary>
    private sealed class Spinner : IDisposable
    {
        private readonly BareGuest _guest;
        private readonly Thread _thread;
        private VcpuExitReason _reason;

        private Spinner(BareGuest guest)
        {
            _guest = guest;
            using EventFd spinning = EventFd.Create();
            using ManualResetEventSlim ready = new();
            guest.Vm.AddIoEventFd(spinning, new Memory.GuestAddress(0x9000), match: 7);
            _thread = new Thread(() =>
            {
                Kick = VcpuKick.ForCurrentThread();
                ready.Set();
                _reason = guest.Vcpu.Run();
            });
            _thread.Start();
            Assert.True(ready.Wait(s_bound));
            PollSet poll = new(1);
            poll.Add(spinning, PollEvents.Readable);
            Assert.True(poll.Wait((int)s_bound.TotalMilliseconds), "The guest did not signal its event.");
        }

        internal VcpuKick Kick { get; private set; } = null!;

        internal static Spinner Start(BareGuest guest) => new(guest);

        internal VcpuExitReason WaitForExit()
        {
            Assert.True(_thread.Join(s_bound), "The vCPU's thread did not leave KVM_RUN.");
            return _reason;
        }

        public void Dispose()
        {
            _guest.Vcpu.ImmediateExit = true;
            Kick.Send();
            _thread.Join();
        }
    }
}
