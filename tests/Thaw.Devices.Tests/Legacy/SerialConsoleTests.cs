using System.Text;
using Thaw.Devices.Legacy;
using Thaw.Linux;

namespace Thaw.Devices.Tests.Legacy;

public sealed class SerialConsoleTests
{
    [Fact]
    public void Tail_LessThanItsBound_IsEverything()
    {
        using SerialConsole console = new(sink: null);
        console.Write("Linux version 6.12\n"u8);
        console.Write("Kernel panic"u8);

        Assert.Equal("Linux version 6.12\nKernel panic", console.Tail());
        Assert.Equal("panic", console.Tail(5));
    }

    [Fact]
    public void Tail_MoreThanItsBound_IsTheEnd()
    {
        using SerialConsole console = new(sink: null);
        for (int i = 0; i < 20_000; i++)
        {
            console.Write(Encoding.ASCII.GetBytes($"{i:d6}\n"));
        }

        string tail = console.Tail();
        Assert.Equal(SerialConsole.TailBytesMax, tail.Length);
        Assert.EndsWith("019998\n019999\n", tail, StringComparison.Ordinal);
    }

    [Fact]
    public void File_GetsEveryByte()
    {
        string path = Path.Combine(Path.GetTempPath(), $"thaw-console-{Guid.NewGuid():n}");
        try
        {
            using EventLoop loop = new();
            using SafeFd file = SafeFd.Open(path, FileOpen.CreateNew);
            using SerialConsole console = new(file);
            console.Start(loop);
            for (int i = 0; i < 1000; i++)
            {
                console.Write(Encoding.ASCII.GetBytes($"line {i}\n"));
                if (i % 10 == 0)
                {
                    loop.RunOnce(0);
                }
            }
            loop.RunOnce(0);
            console.Write("last words"u8);
            console.FlushToFile();

            string text = File.ReadAllText(path);
            Assert.StartsWith("line 0\nline 1\n", text, StringComparison.Ordinal);
            Assert.EndsWith("line 999\nlast words", text, StringComparison.Ordinal);
            Assert.Equal(0, console.LostBytes.Value);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void SlowSocket_NeverStopsTheGuest_AndLossIsCounted()
    {
        string path = Path.Combine(Path.GetTempPath(), $"thaw-console-{Guid.NewGuid():n}");
        using EventLoop loop = new();
        using UnixSocket listener = UnixSocket.Listen(path, 1);
        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path, out UnixSocket? sink));
        Assert.Equal(Errno.OK, listener.TryAccept(out UnixSocket? reader));
        File.Delete(path);
        using SerialConsole console = new(sink);
        console.Start(loop);
        byte[] line = new byte[1000];
        for (int i = 0; i < 2000; i++)
        {
            console.Write(line);
            loop.RunOnce(0);
        }

        long received = 0;
        byte[] buffer = new byte[65536];
        // What is under way arrives once somebody reads; then the loop comes to rest.
        for (int quiet = 0; quiet < 3; quiet++)
        {
            while (reader!.TryRead(buffer, out int count) == Errno.OK && count > 0)
            {
                received += count;
                quiet = 0;
            }
            loop.RunOnce(0);
        }

        Assert.True(console.LostBytes.Value > 0);
        Assert.Equal(2_000_000, received + console.LostBytes.Value);
        reader!.Dispose();
        sink!.Dispose();
    }

    [Fact]
    public void ClosedSocket_LosesBytesButKeepsTheTail()
    {
        string path = Path.Combine(Path.GetTempPath(), $"thaw-console-{Guid.NewGuid():n}");
        using EventLoop loop = new();
        UnixSocket listener = UnixSocket.Listen(path, 1);
        Assert.Equal(Errno.OK, UnixSocket.TryConnect(path, out UnixSocket? sink));
        listener.Dispose();
        File.Delete(path);
        using SerialConsole console = new(sink);
        console.Start(loop);

        for (int i = 0; i < 10; i++)
        {
            console.Write("x"u8);
            loop.RunOnce(0);
        }

        Assert.Equal("xxxxxxxxxx", console.Tail());
        Assert.Equal(0, loop.RunOnce(0));
        sink!.Dispose();
    }
}
