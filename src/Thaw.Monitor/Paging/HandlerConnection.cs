using System.Text.Json;
using Thaw.Linux;
using Thaw.Protocol;

namespace Thaw.Monitor.Paging;

/// <summary>
/// The connection to a page-fault handler, kept for the microVM's life: its end is the handler's, and then pages that
/// were not touched yet are lost.
/// </summary>
internal sealed class HandlerConnection : IDisposable
{
    private const int IgnoredBytesMax = 4096;

    private readonly FramedSocket _socket;
    private readonly string _path;
    private readonly Action<string> _onLost;
    private readonly EventFd _stop = EventFd.Create();
    private Thread? _watch;
    private int _isDisposed;

    private HandlerConnection(FramedSocket socket, string path, Action<string> onLost)
    {
        _socket = socket;
        _path = path;
        _onLost = onLost;
    }

    /// <summary>What resolves this process's page faults.</summary>
    internal Userfaultfd Faults { get; } = Userfaultfd.Create();

    /// <summary>Connects; <paramref name="onLost"/> hears once, on a thread of its own, when memory is lost.</summary>
    /// <exception cref="LinuxException">Nobody listens, or this process may not have page faults handled.</exception>
    internal static HandlerConnection Open(string path, Action<string> onLost) =>
        new(FramedSocket.Connect(path), path, onLost);

    /// <summary>Sends bytes as they are, with the userfaultfd.</summary>
    internal void SendRaw(ReadOnlySpan<byte> bytes, params IReadOnlyList<SafeFd> descriptors) =>
        _socket.SendRaw(bytes, descriptors, PagerProtocol.HandOffTimeout);

    /// <summary>Sends a message.</summary>
    internal void Send(ReadOnlySpan<byte> message, params IReadOnlyList<SafeFd> descriptors) =>
        _socket.Send(message, descriptors, PagerProtocol.HandOffTimeout);

    /// <summary>Receives a message.</summary>
    internal byte[] Receive(ICollection<SafeFd> descriptors) =>
        _socket.Receive(PagerProtocol.MessageBytesMax, descriptors, PagerProtocol.HandOffTimeout);

    /// <summary>From now on the handler serves pages, and its end is the microVM's.</summary>
    /// <param name="hasNotices">Whether it sends messages; else what it sends is ignored.</param>
    internal void Watch(bool hasNotices)
    {
        _watch = new Thread(() => WatchUntilLost(hasNotices), maxStackSize: 256 * 1024)
        {
            IsBackground = true,
            Name = "pager-watch",
        };
        _watch.Start();
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _stop.Signal();
        _watch?.Join();
        Faults.Dispose();
        _socket.Dispose();
        _stop.Dispose();
    }

    private void WatchUntilLost(bool hasNotices)
    {
        PollSet set = new(2);
        try
        {
            while (true)
            {
                set.Clear();
                int stop = set.Add(_stop, PollEvents.Readable);
                set.Add(_socket.Socket, PollEvents.Readable);
                set.Wait(timeoutMs: -1);
                if (set.Found(stop) != PollEvents.None)
                {
                    return;
                }

                if (ReadNotice(hasNotices) is { } error)
                {
                    _onLost($"Its memory cannot be had any more: {error}");
                    return;
                }
            }
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            _onLost(
                $"The page-fault handler at {_path} is gone ({e.Message}); pages that were not touched yet are lost.");
        }
    }

    private string? ReadNotice(bool hasNotices)
    {
        List<SafeFd> unwanted = [];
        try
        {
            if (hasNotices)
            {
                return JsonSerializer.Deserialize(Receive(unwanted), PagingJsonContext.Default.PagerNotice)?.Error;
            }

            byte[] ignored = new byte[IgnoredBytesMax];
            _socket.ReceiveSome(ignored, unwanted, PagerProtocol.HandOffTimeout);
            return null;
        }
        finally
        {
            unwanted.ForEach(descriptor => descriptor.Dispose());
        }
    }
}
