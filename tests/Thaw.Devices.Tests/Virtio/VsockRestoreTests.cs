using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;
using Thaw.Snapshot;

namespace Thaw.Devices.Tests.Virtio;

public sealed class VsockRestoreTests : IDisposable
{
    private readonly VsockBench _bench = new();
    private readonly List<IDisposable> _owned = [];

    public void Dispose()
    {
        _owned.ForEach(owned => owned.Dispose());
        _bench.Dispose();
    }

    [Fact]
    public void Restored_TellsTheGuestOnce_AndInterrupts()
    {
        (TestDriver driver, TestVsockGuest guest) = Restore();

        Assert.True(driver.Interrupt.Count > 0);
        guest.RunUntil(() => guest.TransportResets == 1, "the guest has the event");
        driver.RunUntilIdle();
        guest.Poll();
        Assert.Equal(["event"], guest.Log);
    }

    [Fact]
    public void HostConnection_BeforeTheGuestRan_WaitsForTheEventToBeHandled()
    {
        (_, TestStream old) = _bench.Connect(5000);
        int packets = UsedOf(_bench.Driver, VsockDevice.ReceiveQueue);
        (TestDriver driver, TestVsockGuest guest) = Restore();
        UnixSocket host = _bench.Dial(_bench.PathFor("clone.sock"));
        VsockBench.Send(host, "CONNECT 5000\n");
        driver.RunUntilIdle();
        // The guest has not run: it finds the event and nothing else.
        Assert.Equal(1, UsedOf(driver, VsockDevice.EventQueue));
        Assert.Equal(packets, UsedOf(driver, VsockDevice.ReceiveQueue));

        uint port = VsockBench.ReadOk(guest, host);

        Assert.Equal(["event", "Request"], guest.Log);
        // A guest may still know the dead connection by its ports, and would refuse the pair.
        Assert.NotEqual(old.HostPort, port);
        TestStream stream = guest.Streams[(5000, port)];
        VsockBench.Send(host, "fresh");
        guest.RunUntil(() => stream.Received.Count == 5, "data flows");
    }

    [Fact]
    public void OldConnections_AreForgotten_AndTheOriginalsGoOn()
    {
        (UnixSocket host, TestStream old) = _bench.Connect(5000);
        VsockState state = StateBytes.RoundTrip(_bench.Device.SaveState());
        Assert.Equal(TestVsockGuest.Cid, state.GuestCid);

        VsockBench.Send(host, "still here");
        _bench.Guest.RunUntil(() => old.Received.Count == 10, "the original goes on");

        (_, TestVsockGuest guest) = Restore();
        // What the guest still sends on an old connection is answered by a reset.
        guest.Send(old, VsockOperation.ReadWrite, data: "old"u8);
        guest.RunUntil(() => guest.Resets.Count == 1, "the old connection is reset");
        Assert.Equal("event", guest.Log[0]);
    }

    [Fact]
    public void GuestConnection_AfterRestore_GoesToTheNewPath()
    {
        (_, TestVsockGuest guest) = Restore();
        using UnixSocket listener = UnixSocket.Listen(_bench.PathFor("clone.sock_5001"), 1);
        TestStream stream = guest.Connect(9, 5001);

        guest.RunUntil(() => guest.TransportResets == 1 && guest.Log.Count == 2, "the answer is there");

        Assert.Equal(["event", "Response"], guest.Log);
        Assert.Equal(Errno.OK, listener.TryAccept(out UnixSocket? host));
        host!.Dispose();
        Assert.Equal(5001u, stream.HostPort);
    }

    [Fact]
    public void DriverThatKeepsItsEventBuffers_IsServedAfterAWhile()
    {
        (TestDriver driver, TestVsockGuest guest) = Restore(TimeSpan.FromMilliseconds(30));
        guest.Listening.Add(5000);
        UnixSocket host = _bench.Dial(_bench.PathFor("clone.sock"));
        VsockBench.Send(host, "CONNECT 5000\n");
        int before = UsedOf(driver, VsockDevice.ReceiveQueue);

        driver.RunUntil(() => UsedOf(driver, VsockDevice.ReceiveQueue) != before, "the request comes");

        Assert.Equal(0, guest.TransportResets);
    }

    [Fact]
    public void NeverActivated_RestoresWithoutEvent()
    {
        using EventLoop loop = new();
        VsockOptions options = new() { GuestCid = 3, UdsPath = _bench.PathFor("idle.sock") };
        using VsockDevice idle = new(options, loop);
        TestMemory memory = new();
        using TestDriver driver = new(idle, memory, loop);

        VsockArgs args = new(loop, _bench.PathFor("idle-clone.sock"));
        VsockDevice device = VsockDevice.Restore(idle.SaveState(), args);
        using TestDriver restored = driver.Restore(device, loop);
        restored.Transport.Kick();
        restored.RunUntilIdle();
        restored.Start();
        TestVsockGuest guest = new(restored);
        restored.RunUntilIdle();
        guest.Poll();

        // The driver reset the device first, as all do, so that there is nothing to tell.
        Assert.Equal(0, guest.TransportResets);
        Assert.Equal(0, device.Metrics.TransportResets.Value);
        memory.Dispose();
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(2UL)]
    [InlineData(0xffff_ffffUL)]
    [InlineData(0x1_0000_0003UL)]
    public void State_ReservedCid_IsRefused(ulong cid)
    {
        VsockState state = _bench.Device.SaveState() with { GuestCid = cid };

        SnapshotException refused =
            Assert.Throws<SnapshotException>(() => VsockDevice.Restore(state, new VsockArgs(_bench.Loop)));
        Assert.Equal(SnapshotFault.StateMismatch, refused.Fault);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(VsockLimits.HostPortMax + 1)]
    public void State_HostPortOutOfRange_IsRefused(uint port)
    {
        VsockState state = _bench.Device.SaveState() with { NextHostPort = port };

        Assert.Throws<SnapshotException>(() => VsockDevice.Restore(state, new VsockArgs(_bench.Loop)));
    }

    private (TestDriver Driver, TestVsockGuest Guest) Restore(TimeSpan? resetTimeout = null)
    {
        VsockState state = StateBytes.RoundTrip(_bench.Device.SaveState());
        // Not to be reached unless a test wants it: only the guest's answer may open the gate.
        TimeSpan timeout = resetTimeout ?? TimeSpan.FromHours(1);
        VsockArgs args = new(_bench.Loop, _bench.PathFor("clone.sock"), ResetTimeout: timeout);
        VsockDevice device = VsockDevice.Restore(state, args);
        TestDriver driver = _bench.Driver.Restore(device, _bench.Loop);
        driver.Transport.Kick();
        _owned.Add(driver);
        return (driver, new TestVsockGuest(_bench.Guest, driver));
    }

    private static int UsedOf(TestDriver driver, int queue) => driver.Queues[queue].DeviceUsedIndex;
}
