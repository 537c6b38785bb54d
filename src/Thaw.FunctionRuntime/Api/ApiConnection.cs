using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Thaw.FunctionRuntime.Api;

/// <summary>
/// One kept-alive HTTP connection over a blocking socket: it is in a snapshot with the call that waits on it, and
/// nothing else, no pool, no event loop, no timer, has to be right in a clone for that call to return.
/// </summary>
internal sealed class ApiConnection : IDisposable
{
    private const int ReadBytes = 64 * 1024;
    private readonly string _host;
    private readonly IPEndPoint _address;
    private byte[] _buffer = new byte[ReadBytes];
    private int _filled;
    private Socket? _socket;

    /// <summary>A connection, made at the first call, to an address such as <c>127.0.0.1:9001</c>.</summary>
    internal ApiConnection(string host)
    {
        _host = host;
        _address = IPEndPoint.Parse(host);
    }

    public void Dispose() => _socket?.Dispose();

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="method">GET has no body.</param>
    /// <param name="path">The path.</param>
    /// <param name="body">The body of a POST, JSON.</param>
    /// <param name="header">A further header with its line's end.</param>
    internal ApiAnswer Call(string method, string path, ReadOnlySpan<byte> body, string header = "")
    {
        string length = body.Length.ToString(CultureInfo.InvariantCulture);
        string content = method == "GET" ? "" : $"Content-Type: application/json\r\nContent-Length: {length}\r\n";
        byte[] head = Encoding.UTF8.GetBytes($"{method} {path} HTTP/1.1\r\nHost: {_host}\r\n{header}{content}\r\n");
        _socket ??= Connect();
        Send(head);
        Send(body);
        return ReadAnswer();
    }

    private Socket Connect()
    {
        var socket = new Socket(_address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(_address);
        _filled = 0;
        return socket;
    }

    private void Send(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            data = data[_socket!.Send(data)..];
        }
    }

    private ApiAnswer ReadAnswer()
    {
        int end;
        while ((end = _buffer.AsSpan(0, _filled).IndexOf("\r\n\r\n"u8)) < 0)
        {
            Receive();
        }

        string[] lines = Encoding.UTF8.GetString(_buffer, 0, end).Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (string line in lines.Skip(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..Math.Max(colon, 0)].Trim()] = line[(colon + 1)..].Trim();
        }

        byte[] body = ReadBody(end + 4, headers.GetValueOrDefault("Content-Length", "0"));
        if (headers.GetValueOrDefault("Connection", "").Equals("close", StringComparison.OrdinalIgnoreCase))
        {
            _socket!.Dispose();
            _socket = null;
        }

        string[] status = lines[0].Split(' ');
        return status.Length > 1 && int.TryParse(status[1], CultureInfo.InvariantCulture, out int code)
            ? new ApiAnswer(code, headers, body)
            : throw new RuntimeApiException($"\"{lines[0]}\" is not an answer of the Runtime API.");
    }

    private byte[] ReadBody(int start, string lengthText)
    {
        if (!int.TryParse(lengthText, CultureInfo.InvariantCulture, out int length)
            || length is < 0 or > RuntimeLimits.BodyBytesMax)
        {
            throw new RuntimeApiException($"The Runtime API gave \"{lengthText}\" as a body's length.");
        }

        byte[] body = new byte[length];
        int here = Math.Min(length, _filled - start);
        _buffer.AsSpan(start, here).CopyTo(body);
        // What an event had is not kept beyond it.
        _buffer.AsSpan(0, _filled).Clear();
        _filled = 0;
        while (here < length)
        {
            here += ReceiveInto(body.AsSpan(here));
        }

        return body;
    }

    private void Receive()
    {
        if (_filled == _buffer.Length)
        {
            if (_buffer.Length >= RuntimeLimits.HeadBytesMax)
            {
                throw new RuntimeApiException("The Runtime API's headers are too long.");
            }

            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        _filled += ReceiveInto(_buffer.AsSpan(_filled));
    }

    private int ReceiveInto(Span<byte> destination)
    {
        int count = _socket!.Receive(destination);
        return count > 0 ? count : throw new RuntimeApiException("The Runtime API closed the connection.");
    }
}
