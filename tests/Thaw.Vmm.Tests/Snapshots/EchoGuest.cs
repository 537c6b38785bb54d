using System.Diagnostics;
using System.Security.Cryptography;
using Thaw.Linux;
using Thaw.Memory;
using Thaw.Snapshot;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;
using Thaw.Vmm.Tests.Boot;

namespace Thaw.Vmm.Tests.Snapshots;

/// <summary>A microVM of a few instructions: counts the bytes typed on its console and echoes each.</summary>
internal sealed class EchoGuest : IDisposable
{
    internal const int MemoryMib = 8;
    internal const ulong Code = 0x10_0000;

    /// <summary>Where it counts.</summary>
    internal const ulong Counter = 0x30_0000;

    private static readonly TimeSpan s_echoTimeout = TimeSpan.FromSeconds(60);

    private readonly EventLoop _loop;

    /// <summary>Takes over one that was restored, and its loop.</summary>
    internal EchoGuest(Microvm restored, EventLoop loop)
    {
        _loop = loop;
        Microvm = restored;
    }

    internal EchoGuest(TemporaryFolder folder, bool trackDirtyPages)
    {
        string kernel = folder.File("kernel", new ElfImage { Entry = Code }.Segment(Code, Program).ToArray());
        MicrovmConfig config = new()
        {
            Machine = new MachineConfig { MemoryMib = MemoryMib, TrackDirtyPages = trackDirtyPages },
            BootSource = new BootSource { KernelPath = kernel },
        };
        _loop = new EventLoop();
        MicrovmEnvironment environment = new() { Loop = _loop, FillRandom = RandomNumberGenerator.Fill };
        Microvm = Microvm.Boot(config, environment);
    }

    internal static byte[] Program { get; } =
    [
        0x66, 0xba, 0xfd, 0x03, // 1: mov dx, 0x3fd
        0xec, // in al, dx
        0xa8, 0x01, // test al, 1
        0x74, 0xf7, // jz 1b
        0x66, 0xba, 0xf8, 0x03, // mov dx, 0x3f8
        0xec, // in al, dx
        0xfe, 0x04, 0x25, 0x00, 0x00, 0x30, 0x00, // inc byte [Counter]
        0xee, // out dx, al
        0xeb, 0xe8, // jmp 1b
    ];

    internal Microvm Microvm { get; }

    /// <summary>Runs it until it has counted once more, then pauses it.</summary>
    internal void CountUp()
    {
        int before = Microvm.Console.Tail().Length;
        Microvm.Resume();
        Assert.Equal(1, Microvm.SendConsoleInput("x"u8));
        long start = Stopwatch.GetTimestamp();
        while (Microvm.Console.Tail().Length == before)
        {
            _loop.RunOnce(timeoutMs: 5);
            Assert.True(
                Stopwatch.GetElapsedTime(start) < s_echoTimeout,
                $"No echo within {s_echoTimeout.TotalSeconds} s: {Microvm.State}, {Microvm.End}");
        }
        Microvm.Pause();
    }

    /// <summary>Saves it and gives the layer.</summary>
    internal MemoryLayer Save(SnapshotKind kind, string statePath, string memoryPath)
    {
        Microvm.CreateSnapshot(
            new SnapshotRequest { Kind = kind, StatePath = statePath, MemoryPath = memoryPath });
        SnapshotReader reader = SnapshotReader.Open(statePath);
        return new MemoryLayer(
            memoryPath, reader.Header.Id, reader.Take<MemoryManifest>(SectionId.MemoryManifest));
    }

    /// <summary>Bytes of the memory that a chain of its snapshots holds.</summary>
    internal static byte[] Read(IReadOnlyList<MemoryLayer> chain, ulong address, int count)
    {
        byte[] bytes = new byte[count];
        LayerFolder.Load(
            MemoryMib, chain, memory => Assert.True(memory.TryRead(new GuestAddress(address), bytes)), verify: true);
        return bytes;
    }

    public void Dispose()
    {
        Microvm.Dispose();
        _loop.Dispose();
    }
}
