using Thaw.Linux;
using Thaw.Monitor.Api;

namespace Thaw.Monitor.Http;

/// <summary>One client of the API socket: reads requests, asks the handler, sends the answers in order.</summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly UnixSocket _socket;
    private readonly HttpRequestParser _parser;
    private readonly Func<HttpRequest, HttpResponse> _handler;
    private readonly Action<HttpConnection> _closed;
    private readonly EventLoop.Registration _registration;
    private readonly byte[] _readBuffer = new byte[HttpLimits.ReadBytes];
    private readonly Queue<byte[]> _unsent = new();
    private int _unsentBytes;
    private int _sentOfFirst;
    private bool _inputEnded;
    private bool _disposed;

    internal HttpConnection(
        EventLoop loop,
        UnixSocket socket,
        int bodyBytesMax,
        Func<HttpRequest, HttpResponse> handler,
        Action<HttpConnection> closed)
    {
        _socket = socket;
        _parser = new HttpRequestParser(bodyBytesMax);
        _handler = handler;
        _closed = closed;
        _registration = loop.Register(socket, EpollEvents.Readable, OnReady);
    }

    private bool IsBackedUp => _unsentBytes >= HttpLimits.UnsentBytesMax;

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            _registration.Dispose();
            _socket.Dispose();
            _closed(this);
        }
    }

    private void OnReady(EpollEvents events)
    {
        if ((events & EpollEvents.Writable) != 0)
        {
            Send();
        }

        if (!_disposed && (events & (EpollEvents.Readable | EpollEvents.HangUp | EpollEvents.Error)) != 0)
        {
            Receive();
        }

        if (_disposed)
        {
            return;
        }

        if (_inputEnded && _unsent.Count == 0)
        {
            Dispose();
            return;
        }

        EpollEvents wanted = _inputEnded || IsBackedUp ? EpollEvents.None : EpollEvents.Readable;
        _registration.Change(_unsent.Count > 0 ? wanted | EpollEvents.Writable : wanted);
    }

    private void Receive()
    {
        if (_inputEnded || IsBackedUp)
        {
            return;
        }

        Errno errno = _socket.TryRead(_readBuffer, out int count);
        if (errno is Errno.EAGAIN or Errno.EINTR)
        {
            return;
        }

        if (errno != Errno.OK)
        {
            Dispose();
            return;
        }

        _inputEnded = count == 0;
        _parser.Append(_readBuffer.AsSpan(0, count));
        Answer();
        Send();
    }

    private void Answer()
    {
        while (true)
        {
            HttpParseResult step = _parser.Next();
            switch (step.Status)
            {
                case HttpParseStatus.WantsContinue:
                    Queue(HttpResponse.Continue.ToArray());
                    break;
                case HttpParseStatus.Request:
                    HttpRequest request = step.Request!;
                    Queue(_handler(request).Encode(request.KeepAlive));
                    if (!request.KeepAlive)
                    {
                        _inputEnded = true;
                        return;
                    }

                    break;
                case HttpParseStatus.Refused:
                    Queue(ApiErrors.FromRefusal(step.Refusal!).Encode(keepAlive: false));
                    _inputEnded = true;
                    return;
                default:
                    return;
            }
        }
    }

    private void Queue(byte[] bytes)
    {
        _unsent.Enqueue(bytes);
        _unsentBytes += bytes.Length;
    }

    private void Send()
    {
        while (_unsent.TryPeek(out byte[]? bytes))
        {
            Errno errno = _socket.TrySend(bytes.AsSpan(_sentOfFirst), out int count);
            if (errno is Errno.EAGAIN or Errno.EINTR)
            {
                return;
            }

            if (errno != Errno.OK)
            {
                Dispose();
                return;
            }

            _unsentBytes -= count;
            _sentOfFirst += count;
            if (_sentOfFirst == bytes.Length)
            {
                _unsent.Dequeue();
                _sentOfFirst = 0;
            }
        }
    }
}
