namespace Thaw.Monitor.Http;

/// <summary>
/// Turns a connection's bytes, however they are cut, into requests. Does no I/O: append what was read, then call
/// <see cref="Next"/> until it needs bytes.
/// </summary>
internal sealed class HttpRequestParser
{
    private readonly int _bodyBytesMax;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _scanned;
    private HttpRequestHead? _head;
    private HttpRefusal? _refusal;

    /// <summary>A parser that refuses bodies over <paramref name="bodyBytesMax"/>.</summary>
    internal HttpRequestParser(int bodyBytesMax) => _bodyBytesMax = bodyBytesMax;

    private ReadOnlySpan<byte> Unread => _buffer.AsSpan(_start, _end - _start);

    /// <summary>
    /// Takes bytes that were read. What is buffered stays bounded, as <see cref="Next"/> refuses what is too long.
    /// </summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (_refusal is not null)
        {
            return;
        }

        if (bytes.Length > _buffer.Length - _end)
        {
            int unread = _end - _start;
            byte[] buffer = unread + bytes.Length <= _buffer.Length
                ? _buffer
                : new byte[Math.Max(HttpLimits.ReadBytes, (unread + bytes.Length) * 2)];
            Unread.CopyTo(buffer);
            _buffer = buffer;
            _start = 0;
            _end = unread;
        }

        bytes.CopyTo(_buffer.AsSpan(_end));
        _end += bytes.Length;
    }

    /// <summary>The next request, or why there is none.</summary>
    internal HttpParseResult Next()
    {
        if (_refusal is null && _head is null && !TryParseHead())
        {
            return new HttpParseResult(HttpParseStatus.NeedsBytes);
        }

        if (_refusal is not null)
        {
            _buffer = [];
            _start = _end = 0;
            return new HttpParseResult(HttpParseStatus.Refused, Refusal: _refusal);
        }

        return TakeBody(_head!);
    }

    private HttpParseResult TakeBody(HttpRequestHead head)
    {
        int length = (int)(head.ContentLength ?? 0);
        if (Unread.Length < length)
        {
            bool wantsContinue = head.WantsContinue;
            head.WantsContinue = false;
            return new HttpParseResult(
                wantsContinue ? HttpParseStatus.WantsContinue : HttpParseStatus.NeedsBytes);
        }

        byte[] body = Unread[..length].ToArray();
        Consume(length);
        _head = null;
        return new HttpParseResult(
            HttpParseStatus.Request, new HttpRequest(head.Method, head.Path, body, head.KeepAlive));
    }

    // True when there is a head or a refusal.
    private bool TryParseHead()
    {
        // An empty line before a request is left over from a sloppy client (RFC 9112, 2.2).
        while (Unread.StartsWith("\r\n"u8))
        {
            Consume(2);
        }

        int from = Math.Max(0, _scanned - 3);
        int found = Unread[from..].IndexOf("\r\n\r\n"u8);
        int headBytes = found < 0 ? Unread.Length : from + found;
        if (headBytes > HttpLimits.HeadBytesMax)
        {
            _refusal = new HttpRefusal(400, $"Request head is longer than {HttpLimits.HeadBytesMax} bytes.");
            return true;
        }

        if (found < 0)
        {
            _scanned = Unread.Length;
            return false;
        }

        _refusal = HttpHeadParser.Parse(Unread[..headBytes], out HttpRequestHead head);
        if (_refusal is null && head.ContentLength > _bodyBytesMax)
        {
            _refusal = new HttpRefusal(
                413,
                $"Request payload with size {head.ContentLength} is larger than the limit of {_bodyBytesMax} "
                + "allowed by server.");
        }

        Consume(headBytes + 4);
        _head = head;
        return true;
    }

    private void Consume(int count)
    {
        _start += count;
        _scanned = 0;
        if (_start == _end)
        {
            _start = _end = 0;
        }
    }
}
