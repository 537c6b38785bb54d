using System.Buffers.Binary;
using System.Diagnostics;
using Thaw.Devices.Virtio;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Harness;

/// <summary>A guest's driver: works the registers of a transport and owns its queues' driver side.</summary>
internal sealed class TestDriver : IDisposable
{
    internal const ulong AllFeatures = ulong.MaxValue;

    /// <summary>Longer than any step of a test takes on a loaded machine; reached only by a failure.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly bool _ownsLoop;

    internal TestDriver(IVirtioDevice device, TestMemory? memory = null, EventLoop? loop = null)
    {
        Memory = memory ?? new TestMemory();
        _ownsLoop = loop is null;
        Loop = loop ?? new EventLoop();
        Transport = new VirtioMmioTransport(device, Memory.Guest, Interrupt);
        Transport.Start(Loop);
    }

    private TestDriver(TestDriver saved, VirtioMmioTransport restored, TestInterrupt interrupt, EventLoop loop)
    {
        Memory = saved.Memory;
        Queues = saved.Queues;
        Interrupt = interrupt;
        Loop = loop;
        Transport = restored;
    }

    internal TestMemory Memory { get; }

    internal EventLoop Loop { get; }

    internal TestInterrupt Interrupt { get; } = new();

    internal VirtioMmioTransport Transport { get; }

    internal TestVirtQueue[] Queues { get; private set; } = [];

    internal VirtioStatus Status => (VirtioStatus)Read32(0x70);

    internal uint Read32(ulong offset)
    {
        Span<byte> bytes = stackalloc byte[4];
        Transport.Read(offset, bytes);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    internal void Write32(ulong offset, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Transport.Write(offset, bytes);
    }

    internal ulong ReadConfig64(ulong offset) =>
        Read32(0x100 + offset) | ((ulong)Read32(0x104 + offset) << 32);

    internal ulong ReadDeviceFeatures()
    {
        Write32(0x14, 0);
        ulong low = Read32(0x10);
        Write32(0x14, 1);
        return low | ((ulong)Read32(0x10) << 32);
    }

    /// <summary>
    /// Initialises the device as section 3.1.1 says, accepting what is offered of <paramref name="wanted"/>.
    /// </summary>
    internal TestDriver Start(ulong wanted = AllFeatures)
    {
        Negotiate(wanted);
        SetUpQueues((wanted & ReadDeviceFeatures() & VirtioFeatures.EventIndex) != 0);
        Write32(0x70, Read32(0x70) | (uint)VirtioStatus.DriverOk);
        return this;
    }

    internal void Negotiate(ulong wanted)
    {
        Write32(0x70, 0);
        Write32(0x70, 1);
        Write32(0x70, 3);
        ulong accepted = ReadDeviceFeatures() & wanted;
        Write32(0x24, 0);
        Write32(0x20, (uint)accepted);
        Write32(0x24, 1);
        Write32(0x20, (uint)(accepted >> 32));
        Write32(0x70, 11);
    }

    internal void SetUpQueues(bool usesEventIndex, ushort sizeMax = 256)
    {
        Queues = new TestVirtQueue[Transport.QueueEvents.Count];
        for (uint i = 0; i < Queues.Length; i++)
        {
            Write32(0x30, i);
            ushort size = (ushort)Math.Min(Read32(0x34), sizeMax);
            Queues[i] = new TestVirtQueue(Memory, size, usesEventIndex);
            Write32(0x38, size);
            Write64(0x80, Queues[i].Table);
            Write64(0x90, Queues[i].Available);
            Write64(0xa0, Queues[i].Used);
            Write32(0x44, 1);
        }
    }

    internal void Write64(ulong offset, ulong value)
    {
        Write32(offset, (uint)value);
        Write32(offset + 4, (uint)(value >> 32));
    }

    /// <summary>Notifies the device if it asked for it.</summary>
    internal void Notify(int queue)
    {
        if (Queues[queue].TakeNeedsNotify())
        {
            Write32(0x50, (uint)queue);
        }
    }

    /// <summary>Runs the loop until <paramref name="isDone"/>.</summary>
    internal void RunUntil(Func<bool> isDone, string what)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!isDone())
        {
            Assert.True(
                watch.Elapsed < s_patience, $"Gave up waiting until {what}; transport: {Transport.BrokenReason}");
            Loop.RunOnce(timeoutMs: 100);
        }
    }

    /// <summary>Runs the loop until nothing is ready any more.</summary>
    internal void RunUntilIdle()
    {
        for (int i = 0; i < 100_000; i++)
        {
            if (Loop.RunOnce(timeoutMs: 0) == 0)
            {
                return;
            }
        }
        Assert.Fail("The loop never came to rest.");
    }

    /// <summary>Notifies and takes the one chain that comes back.</summary>
    internal uint Complete(int queue, ushort head)
    {
        Notify(queue);
        ushort used = 0;
        uint written = 0;
        RunUntil(() => Queues[queue].TryTakeUsed(out used, out written), $"chain {head} is used");
        Assert.Equal(head, used);
        return written;
    }

    /// <summary>
    /// The same guest, its memory and queues, behind a transport restored from the state of this one.
    /// </summary>
    internal TestDriver Restore(IVirtioDevice device, EventLoop? loop = null)
    {
        TestInterrupt interrupt = new();
        VirtioMmioState state = StateBytes.RoundTrip(Transport.SaveState());
        VirtioMmioTransport restored =
            VirtioMmioTransport.Restore(state, new VirtioMmioArgs(device, Memory.Guest, interrupt));
        restored.Start(loop ?? Loop);
        return new TestDriver(this, restored, interrupt, loop ?? Loop);
    }

    public void Dispose()
    {
        Transport.Dispose();
        (Transport.Device as IDisposable)?.Dispose();
        if (_ownsLoop)
        {
            Loop.Dispose();
            Memory.Dispose();
        }
    }
}
