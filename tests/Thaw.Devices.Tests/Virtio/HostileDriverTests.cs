using System.Diagnostics;
using Thaw.Devices.Tests.Harness;
using Thaw.Devices.Virtio;
using Thaw.Devices.Virtio.Block;
using Thaw.Devices.Virtio.Pmem;
using Thaw.Devices.Virtio.Rng;
using Thaw.Devices.Virtio.Vsock;
using Thaw.Linux;
using Thaw.Memory;

namespace Thaw.Devices.Tests.Virtio;

/// <summary>Garbage in registers and rings, with fixed seeds: nothing throws, everything comes to rest.</summary>
public sealed class HostileDriverTests : IDisposable
{
    private const int Rounds = 300;

    private readonly string _folder = Directory.CreateTempSubdirectory("thaw-hostile-").FullName;
    private readonly EventLoop _loop = new();
    private readonly TestMemory _memory = new(1024 * 1024);

    public void Dispose()
    {
        _loop.Dispose();
        _memory.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("block")]
    [InlineData("pmem")]
    [InlineData("rng")]
    [InlineData("vsock")]
    [InlineData("echo")]
    public void Registers_RandomAccesses_NeverThrow(string kind)
    {
        using TestDriver driver = new(Create(kind), _memory, _loop);
        Random random = new(StableSeed(kind));
        ulong[] known = [.. Enumerable.Range(0, 0x41).Select(i => (ulong)(i * 4))];
        byte[] data = new byte[8];
        Stopwatch watch = Stopwatch.StartNew();
        for (int i = 0; i < 200_000; i++)
        {
            Span<byte> part = data.AsSpan(0, random.Next(4) == 0 ? random.Next(1, 9) : 4);
            random.NextBytes(part);
            // Mostly plausible values, so that the state machine gets somewhere.
            if (random.Next(3) != 0 && part.Length == 4)
            {
                part[1..].Clear();
                part[0] &= 0x0f;
            }
            ulong offset = random.Next(10) == 0 ? (ulong)random.Next(0x1000) : known[random.Next(known.Length)];
            if (random.Next(3) == 0)
            {
                driver.Transport.Read(offset, part);
            }
            else
            {
                driver.Transport.Write(offset, part);
            }
            if (i % 1000 == 0)
            {
                driver.RunUntilIdle();
            }
        }
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData("block")]
    [InlineData("pmem")]
    [InlineData("rng")]
    [InlineData("vsock")]
    [InlineData("echo")]
    public void Rings_RandomContent_NeverThrowAndComeToRest(string kind)
    {
        using TestDriver driver = new(Create(kind), _memory, _loop);
        Random random = new(StableSeed(kind) + 1);
        int broken = 0;
        driver.Start();
        for (int round = 0; round < Rounds; round++)
        {
            foreach (TestVirtQueue queue in driver.Queues)
            {
                Scribble(random, queue);
            }
            for (int i = 0; i < driver.Queues.Length; i++)
            {
                driver.Transport.QueueEvents[i].Signal();
            }
            driver.RunUntilIdle();
            if ((driver.Status & VirtioStatus.NeedsReset) != 0)
            {
                broken++;
                Reinitialise(driver);
            }
        }
        Assert.InRange(broken, 1, Rounds);
    }

    [Fact]
    public void Memory_ChangedByAnotherThreadMeanwhile_NeverThrows()
    {
        using TestDriver driver = new(Create("echo"), _memory, _loop);
        driver.Start();
        TestVirtQueue queue = driver.Queues[0];
        using CancellationTokenSource stop = new();
        Thread guest = new(() =>
        {
            Random random = new(99);
            while (!stop.IsCancellationRequested)
            {
                Scribble(random, queue);
            }
        });
        guest.Start();
        for (int i = 0; i < 2000; i++)
        {
            driver.Transport.QueueEvents[0].Signal();
            _loop.RunOnce(0);
            if ((driver.Status & VirtioStatus.NeedsReset) != 0)
            {
                Reinitialise(driver);
            }
        }
        stop.Cancel();
        guest.Join();
    }

    [Fact]
    public void Vsock_RandomPackets_NeverThrowAndConnectionsStayBounded()
    {
        VsockDevice device = (VsockDevice)Create("vsock");
        using TestMemory memory = new();
        using TestDriver driver = new(device, memory, _loop);
        driver.Start();
        TestVsockGuest guest = new(driver);
        using UnixSocket listener = UnixSocket.Listen($"{device.Options.UdsPath}_1", 128);
        Random random = new(19);
        byte[] data = new byte[300];
        for (int i = 0; i < 5_000; i++)
        {
            VsockHeader header = new()
            {
                SourceCid = random.Next(20) == 0 ? (ulong)random.Next() : TestVsockGuest.Cid,
                DestinationCid = random.Next(20) == 0 ? (ulong)random.Next() : VsockDevice.HostCid,
                SourcePort = (uint)random.Next(4),
                DestinationPort = (uint)random.Next(3),
                LengthBytes = random.Next(10) == 0 ? (uint)random.Next() : 300,
                Type = (ushort)(random.Next(20) == 0 ? random.Next(4) : 1),
                Operation = (VsockOperation)random.Next(9),
                Flags = (uint)random.Next(8),
                BufferBytes = (uint)random.Next(2) * (uint)random.Next(),
                ForwardedBytes = (uint)random.Next(1000),
            };
            guest.SendRaw(header, data);
            driver.RunUntilIdle();
            DrainWithoutJudging(driver, listener, random);
            guest.Poll();
        }
        long open = device.Metrics.ConnectionsAdded.Value - device.Metrics.ConnectionsRemoved.Value;
        Assert.InRange(open, 0, 12);
        Assert.True(device.Metrics.ConnectionsAdded.Value > 100);
    }

    private static void DrainWithoutJudging(TestDriver driver, UnixSocket listener, Random random)
    {
        while (listener.TryAccept(out UnixSocket? host) == Errno.OK)
        {
            host!.TrySend("hello"u8, out _);
            host.Dispose();
        }
        if (random.Next(50) == 0)
        {
            driver.RunUntilIdle();
        }
    }

    private IVirtioDevice Create(string kind)
    {
        switch (kind)
        {
            case "block":
                string path = Path.Combine(_folder, "drive");
                File.WriteAllBytes(path, new byte[64 * 512]);
                return new BlockDevice(new BlockOptions("drive", path, false, BlockCacheType.Unsafe));
            case "pmem":
                return new PmemDevice(new PmemOptions("pmem", "none", true, new GuestAddress(1 << 30), 4096), null);
            case "rng":
                return new RngDevice(new KernelEntropySource());
            case "vsock":
                VsockOptions options = new() { GuestCid = 3, UdsPath = Path.Combine(_folder, "v.sock") };
                return new VsockDevice(options, _loop);
            default:
                return new EchoDevice();
        }
    }

    /// <summary>Garbage that is now and then a valid chain.</summary>
    private void Scribble(Random random, TestVirtQueue queue)
    {
        for (int i = 0; i < 16; i++)
        {
            ulong address = TestMemory.Start + (ulong)random.Next(0x10_0000);
            uint length = random.Next(20) == 0 ? (uint)random.Next() : (uint)random.Next(0x2000);
            ushort flags = (ushort)(random.Next(12) == 0 ? random.Next(0x10000) : random.Next(4));
            ushort next = (ushort)random.Next(random.Next(12) == 0 ? 0x10000 : 16);
            queue.WriteDescriptor(queue.Table, (ushort)i, new GuestBuffer(address, length, false), flags, next);
            ushort head = (ushort)random.Next(random.Next(40) == 0 ? 0x10000 : 16);
            _memory.Store(queue.Available + 4 + 2UL * (uint)random.Next(queue.Size), head);
        }
        ushort used = _memory.Load(queue.Used + 2);
        queue.SetAvailableIndex((ushort)(random.Next(20) == 0 ? random.Next(0x10000) : used + random.Next(8)));
        _memory.Store(queue.Available + 4 + 2UL * queue.Size, (ushort)random.Next(0x10000));
    }

    private static void Reinitialise(TestDriver driver)
    {
        TestVirtQueue[] old = driver.Queues;
        driver.Negotiate(TestDriver.AllFeatures);
        for (uint i = 0; i < old.Length; i++)
        {
            driver.Write32(0x30, i);
            driver.Write32(0x38, old[i].Size);
            driver.Write64(0x80, old[i].Table);
            driver.Write64(0x90, old[i].Available);
            driver.Write64(0xa0, old[i].Used);
            driver.Write32(0x44, 1);
            driver.Memory.Store(old[i].Available + 2, 0);
            driver.Memory.Store(old[i].Used + 2, 0);
        }
        driver.Write32(0x70, driver.Read32(0x70) | (uint)VirtioStatus.DriverOk);
    }

    private static int StableSeed(string text) => text.Aggregate(17, (seed, letter) => seed * 31 + letter);
}
