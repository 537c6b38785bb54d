using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio.Pmem;
using Thaw.Devices.Virtio.Rng;
using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Devices.Tests.Virtio;

public sealed class SmallDeviceTests
{
    private static readonly PmemOptions s_root =
        new("root", "/images/root.erofs", true, new GuestAddress(0x1_0000_0000), 0x40_0000);

    [Fact]
    public void Rng_Request_IsFilledFromTheSource()
    {
        RngDevice device = new(new KernelEntropySource());
        using TestDriver driver = new TestDriver(device).Start();
        GuestBuffer[] buffers = [driver.Memory.Writable(5000), driver.Memory.Writable(64)];

        Assert.Equal(5064u, driver.Complete(0, driver.Queues[0].Add(buffers)));

        // 64 random bytes of one value: once in 2^504.
        Assert.True(driver.Memory.Read(buffers[1]).Distinct().Count() > 1);
        Assert.Equal(5064, device.Metrics.Bytes.Value);
    }

    [Fact]
    public void Rng_LargeRequest_IsBounded()
    {
        using TestDriver driver = new TestDriver(new RngDevice(new CountingSource())).Start();

        uint written = driver.Complete(0, driver.Queues[0].Add(driver.Memory.Writable(1024 * 1024)));

        Assert.Equal((uint)RngDevice.RequestBytesMax, written);
    }

    [Fact]
    public void Rng_NoSourceOrNoRoom_GivesNothing()
    {
        RngDevice device = new(new CountingSource { IsBroken = true });
        using TestDriver driver = new TestDriver(device).Start();

        Assert.Equal(0u, driver.Complete(0, driver.Queues[0].Add(driver.Memory.Writable(16))));
        Assert.Equal(0u, driver.Complete(0, driver.Queues[0].Add(driver.Memory.Readable([1]))));
        Assert.Equal(2, device.Metrics.Failures.Value);
    }

    [Fact]
    public void Rng_Restored_GivesOtherBytes()
    {
        CountingSource source = new();
        RngDevice device = new(source);
        using TestDriver driver = new TestDriver(device).Start();
        GuestBuffer buffer = driver.Memory.Writable(1);
        driver.Complete(0, driver.Queues[0].Add(buffer));
        byte before = driver.Memory.Read(buffer)[0];

        RngDevice other = RngDevice.Restore(StateBytes.RoundTrip(device.SaveState()), source);
        using TestDriver restored = driver.Restore(other);
        restored.Complete(0, restored.Queues[0].Add(buffer));

        Assert.NotEqual(before, driver.Memory.Read(buffer)[0]);
    }

    [Fact]
    public void Pmem_Config_TellsWhereTheMemoryIs()
    {
        using TestDriver driver = new(new PmemDevice(s_root, backing: null));

        Assert.Equal(s_root.Start.Value, driver.ReadConfig64(0));
        Assert.Equal(s_root.SizeBytes, driver.ReadConfig64(8));
        Assert.Equal(27u, driver.Read32(8));
    }

    [Fact]
    public void Pmem_FlushOfReadOnlyImage_Succeeds()
    {
        PmemDevice device = new(s_root, backing: null);
        using TestDriver driver = new TestDriver(device).Start();

        Assert.Equal([0, 0, 0, 0], Request(driver, [0, 0, 0, 0]));
        Assert.Equal(1, device.Metrics.EmptyFlushes.Value);
    }

    [Fact]
    public void Pmem_FlushOfWritableFile_SyncsIt()
    {
        string path = Path.Combine(Path.GetTempPath(), $"thaw-pmem-{Guid.NewGuid():n}");
        using SafeFd file = SafeFd.Open(path, FileOpen.CreateNew);
        File.Delete(path);
        PmemDevice device = new(s_root with { IsReadOnly = false }, file);
        using TestDriver driver = new TestDriver(device).Start();

        Assert.Equal([0, 0, 0, 0], Request(driver, [0, 0, 0, 0]));
        Assert.Equal(1, device.Metrics.Flushes.Value);
    }

    [Fact]
    public void Pmem_UnknownOrShortRequest_Fails()
    {
        PmemDevice device = new(s_root, backing: null);
        using TestDriver driver = new TestDriver(device).Start();

        Assert.Equal([0xff, 0xff, 0xff, 0xff], Request(driver, [1, 0, 0, 0]));
        Assert.Equal([0xee, 0xee, 0xee, 0xee], Request(driver, [0, 0, 0]));
        Assert.Equal(2, device.Metrics.InvalidRequests.Value);
    }

    [Fact]
    public void Pmem_State_KeepsPlaceAndTakesAnotherFile()
    {
        PmemState state = StateBytes.RoundTrip(new PmemDevice(s_root, null).SaveState());
        Assert.Equal(s_root, state.Options);

        PmemDevice restored = PmemDevice.Restore(state, new PmemArgs("/elsewhere", null));

        Assert.Equal(s_root with { Path = "/elsewhere" }, restored.Options);
    }

    private static byte[] Request(TestDriver driver, byte[] request)
    {
        GuestBuffer answer = driver.Memory.Writable(4);
        driver.Memory.Write(answer.Address, [0xee, 0xee, 0xee, 0xee]);
        driver.Complete(0, driver.Queues[0].Add(driver.Memory.Readable(request), answer));
        return driver.Memory.Read(answer);
    }

    private sealed class CountingSource : IEntropySource
    {
        private byte _next;

        internal bool IsBroken { get; init; }

        public bool TryFill(Span<byte> buffer)
        {
            foreach (ref byte value in buffer)
            {
                value = ++_next;
            }
            return !IsBroken;
        }
    }
}
