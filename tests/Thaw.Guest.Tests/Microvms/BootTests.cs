using Thaw.Guest.Tests.Guests;
using Thaw.Vmm;
using Thaw.Vmm.Boot;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;

namespace Thaw.Guest.Tests.Microvms;

public sealed class BootTests
{
    [Fact]
    public void Boot_BareGuest_AnswersOnTheSerialConsole()
    {
        using ConsoleGuest guest = ConsoleGuest.Boot();

        Assert.Equal("0001", guest.Ask('c'));
        Assert.Equal("0002", guest.Ask('c'));
    }

    [Theory]
    [InlineData('p', MicrovmEndReason.Shutdown)]
    [InlineData('r', MicrovmEndReason.Reset)]
    [InlineData('t', MicrovmEndReason.Reset)]
    public void GuestEnds_ByItsOwnDoing_SaysHow(char command, MicrovmEndReason reason)
    {
        using ConsoleGuest guest = ConsoleGuest.Boot();

        guest.Tell(command);

        Assert.Equal(reason, guest.WaitForEnd().Reason);
        Assert.Throws<MicrovmException>(guest.Microvm.Resume);
    }

    [Fact]
    public void Guest_WritesNonsenseToRegistersAndPorts_GoesOn()
    {
        MicrovmConfig config = new() { HasEntropy = true };
        using ConsoleGuest guest = ConsoleGuest.Boot(config);

        guest.Ask('m');

        Assert.Equal("0001", guest.Ask('c'));
    }

    [Fact]
    public void Pause_RunningGuest_StopsItUntilResumed()
    {
        using ConsoleGuest guest = ConsoleGuest.Boot();
        guest.Microvm.Pause();
        ulong exits = guest.Microvm.ExitCount;

        guest.Microvm.Pause();

        Assert.Equal(MicrovmRunState.Paused, guest.Microvm.State);
        Assert.Equal(exits, guest.Microvm.ExitCount);
        guest.Microvm.Resume();
        Assert.Equal("0001", guest.Ask('c'));
    }

    [Theory]
    [InlineData(0, "neither an ELF file nor a bzImage")]
    [InlineData(70, "program headers at byte")]
    [InlineData(4500, "truncated")]
    public void Boot_KernelCutShort_SaysWhatIsWrong(int lengthBytes, string expected)
    {
        string path = Path.GetTempFileName();
        byte[] whole = File.ReadAllBytes(GuestBinary.Console);
        byte[] cut = whole[..Math.Min(lengthBytes, whole.Length)];
        if (lengthBytes == 70)
        {
            // A program header table that starts behind the file's end.
            cut[32] = 0xff;
            cut[33] = 0xff;
        }
        File.WriteAllBytes(path, cut);

        BootException refused = Assert.Throws<BootException>(() => Boot(path, initrd: null));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    [Fact]
    public void Boot_KernelMissing_NamesIt()
    {
        BootException refused = Assert.Throws<BootException>(() => Boot("/nonexistent/vmlinux", initrd: null));

        Assert.Contains("/nonexistent/vmlinux cannot be opened: ENOENT", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Boot_InitramfsTooLarge_NamesItsSize()
    {
        string path = Path.GetTempFileName();
        using (FileStream stream = File.OpenWrite(path))
        {
            stream.SetLength(64 << 20);
        }

        BootException refused = Assert.Throws<BootException>(() => Boot(GuestBinary.Console, path));

        Assert.Contains("67108864 bytes does not fit", refused.Message, StringComparison.Ordinal);
        File.Delete(path);
    }

    private static void Boot(string kernel, string? initrd)
    {
        using Thaw.Linux.EventLoop loop = new();
        MicrovmConfig config = new()
        {
            Machine = new MachineConfig { MemoryMib = 16 },
            BootSource = new BootSource { KernelPath = kernel, InitrdPath = initrd },
        };
        MicrovmEnvironment environment = new() { Loop = loop, FillRandom = span => span.Clear() };
        Microvm.Boot(config, environment).Dispose();
    }
}
