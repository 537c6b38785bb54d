namespace Thaw.Linux.Tests.Processes;

/// <summary>Calls that would change the machine, as far as they can be tested by what they refuse.</summary>
public sealed class MachineTests
{
    [Fact]
    public void TryMount_NoSuchTarget_SaysSo() => Assert.Equal(
        Errno.ENOENT, Mounts.TryMount("none", "/no/such", "tmpfs", MountFlags.NoDevices | MountFlags.NoSetUid));

    [Fact]
    public void Mount_NoSuchTarget_IsRefusedWithAllOfIt()
    {
        LinuxException refused = Assert.Throws<LinuxException>(
            () => Mounts.Mount("source", "/no/such", "tmpfs", MountFlags.ReadOnly, "size=1m"));

        Assert.Equal("mount source on /no/such (tmpfs ReadOnly size=1m)", refused.Operation);
    }

    [Fact]
    public void TryDetach_NoSuchTarget_SaysSo() => Assert.Equal(Errno.ENOENT, Mounts.TryDetach("/no/such"));

    [Fact]
    public void TryLoadModule_NotAModule_IsRefused()
    {
        using SafeFd empty = SafeFd.Open("/dev/null", FileOpen.Read);

        Assert.NotEqual(Errno.OK, GuestKernel.TryLoadModule(empty));
    }

    [Fact]
    public void AddEntropy_TooMuch_IsRefusedBeforeTheCall()
    {
        using SafeFd nothing = SafeFd.Open("/dev/null", FileOpen.Write);

        Assert.Throws<ArgumentOutOfRangeException>(() => GuestKernel.AddEntropy(nothing, new byte[513]));
    }

    [Fact]
    public void RandomRequests_NotARandomDevice_AreRefused()
    {
        using SafeFd nothing = SafeFd.Open("/dev/null", FileOpen.Write);

        Assert.Equal(
            Errno.ENOTTY, Assert.Throws<LinuxException>(() => GuestKernel.AddEntropy(nothing, new byte[512])).Errno);
        Assert.Equal(Errno.ENOTTY, Assert.Throws<LinuxException>(() => GuestKernel.ReseedRandom(nothing)).Errno);
    }

    [Fact]
    public void SetHostName_TooLong_IsRefused() =>
        Assert.Throws<LinuxException>(() => GuestKernel.SetHostName(new string('x', GuestKernel.HostNameBytesMax + 1)));

    [Fact]
    public void BringUp_NoSuchInterface_IsRefusedByName()
    {
        LinuxException refused = Assert.Throws<LinuxException>(() => GuestKernel.BringUp("thaw-no"));

        Assert.Equal(Errno.ENODEV, refused.Errno);
        Assert.Contains("thaw-no", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void BringUp_NameTooLong_IsRefusedBeforeTheCall() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => GuestKernel.BringUp("thaw-nos"));

    [Fact]
    public void SetRealtime_Before1970_IsRefused() =>
        Assert.Throws<LinuxException>(() => LinuxClock.SetRealtime(-1));
}
