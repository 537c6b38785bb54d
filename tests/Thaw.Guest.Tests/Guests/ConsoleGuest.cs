using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Thaw.Linux;
using Thaw.Snapshot;
using Thaw.Vmm;
using Thaw.Vmm.Config;
using Thaw.Vmm.Machine;
using Thaw.Vmm.Snapshots;

namespace Thaw.Guest.Tests.Guests;

/// <summary>A microVM with the bare console guest, and a test's way to talk to it.</summary>
internal sealed class ConsoleGuest : IDisposable
{
    private static readonly TimeSpan s_answerTimeout = TimeSpan.FromSeconds(60);

    private readonly EventLoop _loop;
    private int _read;

    private ConsoleGuest(EventLoop loop, Microvm microvm)
    {
        _loop = loop;
        Microvm = microvm;
    }

    internal Microvm Microvm { get; }

    /// <summary>Boots it and waits for its first line.</summary>
    internal static ConsoleGuest Boot(MicrovmConfig? config = null, bool trackDirtyPages = false)
    {
        EventLoop loop = new();
        config ??= new MicrovmConfig();
        config = config with
        {
            Machine = config.Machine with { MemoryMib = 16, TrackDirtyPages = trackDirtyPages },
            BootSource = new BootSource { KernelPath = GuestBinary.Console },
        };
        ConsoleGuest guest = new(loop, Microvm.Boot(config, Environment(loop)));
        guest.Microvm.Resume();
        guest.WaitFor("R\n");
        return guest;
    }

    /// <summary>Restores a clone; it runs unless asked not to.</summary>
    internal static ConsoleGuest Restore(RestoreRequest request, bool resume = true)
    {
        EventLoop loop = new();
        ConsoleGuest guest = new(loop, Microvm.Restore(request, Environment(loop)));
        if (resume)
        {
            guest.Microvm.Resume();
        }
        return guest;
    }

    /// <summary>Sends a command and returns the answer without its line number.</summary>
    internal string Ask(char command)
    {
        Assert.Equal(1, Microvm.SendConsoleInput([(byte)command]));
        string line = WaitFor("\n");
        return line[..line.LastIndexOf(' ')];
    }

    /// <summary>Sends a command that has no answer.</summary>
    internal void Tell(char command) => Assert.Equal(1, Microvm.SendConsoleInput([(byte)command]));

    /// <summary>Runs the loop until the guest has ended.</summary>
    internal MicrovmEnd WaitForEnd()
    {
        RunUntil(() => Microvm.End is not null, "end of the guest");
        return Microvm.End!;
    }

    /// <summary>Pauses, saves, and lets the guest go on.</summary>
    internal SnapshotFiles Save(SnapshotKind kind, string folder, string name)
    {
        SnapshotFiles files = new(Path.Combine(folder, $"{name}.state"), Path.Combine(folder, $"{name}.memory"));
        Microvm.Pause();
        Microvm.CreateSnapshot(
            new SnapshotRequest { Kind = kind, StatePath = files.StatePath, MemoryPath = files.MemoryPath });
        Microvm.Resume();
        return files;
    }

    public void Dispose()
    {
        Microvm.Dispose();
        _loop.Dispose();
    }

    private static MicrovmEnvironment Environment(EventLoop loop) =>
        new() { Loop = loop, FillRandom = RandomNumberGenerator.Fill };

    private string WaitFor(string end)
    {
        string text = "";
        RunUntil(
            () =>
            {
                text = Encoding.ASCII.GetString(Encoding.ASCII.GetBytes(Microvm.Console.Tail()))[_read..];
                return text.Contains(end, StringComparison.Ordinal);
            },
            "answer");
        int length = text.IndexOf(end, StringComparison.Ordinal) + end.Length;
        _read += length;
        return text[..length];
    }

    private void RunUntil(Func<bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            _loop.RunOnce(timeoutMs: 5);
            Assert.True(
                Stopwatch.GetElapsedTime(start) < s_answerTimeout,
                $"No {what} after {s_answerTimeout.TotalSeconds} s; {Microvm.State}, {Microvm.ExitCount} exits, "
                + $"{Microvm.End}.");
        }
    }
}
