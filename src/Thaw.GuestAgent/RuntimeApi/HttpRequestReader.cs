using System.Globalization;
using System.Text;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>Reads requests from a connection, one after the other, within bounds.</summary>
/// <param name="stream">The connection.</param>
internal sealed class HttpRequestReader(Stream stream)
{
    private const int BufferBytes = 8 * 1024;
    private const int ChunkLineBytesMax = 1024;

    private byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;

    /// <summary>Reads the next request; null where the connection ended between two.</summary>
    /// <param name="bodyLimitBytes">A longer body is read and dropped; only its size is told.</param>
    /// <exception cref="BadRequestException">What came is no request.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    internal HttpRequest? Read(int bodyLimitBytes)
    {
        if (ReadHead() is not { } head)
        {
            return null;
        }
        if (head.ExpectsContinue && (head.Chunked || head.ContentLength > 0))
        {
            stream.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
        }
        BodyCollector body = new(bodyLimitBytes);
        if (head.Chunked)
        {
            ReadChunks(body);
        }
        else
        {
            body.Expect(head.ContentLength ?? 0);
            ReadInto(body, head.ContentLength ?? 0);
        }
        return new HttpRequest
        {
            Method = head.Method,
            Path = head.Path,
            Body = body.Collected,
            BodySizeBytes = body.SizeBytes,
            KeepAlive = head.KeepAlive,
            ErrorType = head.ErrorType,
            RuntimeEnds = head.RuntimeEnds,
        };
    }

    private HttpHead? ReadHead()
    {
        int searched = 0;
        while (true)
        {
            ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
            int from = Math.Max(0, searched - 3);
            int found = unread[from..].IndexOf("\r\n\r\n"u8);
            if (found >= 0)
            {
                HttpHead head = HttpHead.Parse(unread[..(from + found)]);
                _start += from + found + 4;
                return head;
            }
            searched = unread.Length;
            if (searched >= AgentLimits.RequestHeadBytesMax)
            {
                throw new BadRequestException(431, "The headers are too long.");
            }
            if (!Fill())
            {
                return searched == 0 ? null : throw new BadRequestException(400, "The request is cut off.");
            }
        }
    }

    private void ReadChunks(BodyCollector body)
    {
        while (true)
        {
            string line = ReadLine();
            int extension = line.IndexOf(';', StringComparison.Ordinal);
            string digits = extension < 0 ? line : line[..extension];
            if (digits.Length is 0 or > 15
                || !long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long size))
            {
                throw new BadRequestException(400, "A chunk's size is not a number.");
            }
            if (size == 0)
            {
                break;
            }
            ReadInto(body, size);
            if (ReadLine().Length != 0)
            {
                throw new BadRequestException(400, "A chunk is longer than its size.");
            }
        }
        for (int trailers = 0; ReadLine().Length != 0; trailers++)
        {
            if (trailers == AgentLimits.RequestHeadersMax)
            {
                throw new BadRequestException(431, "Too many trailers.");
            }
        }
    }

    private string ReadLine()
    {
        while (true)
        {
            ReadOnlySpan<byte> unread = _buffer.AsSpan(_start, _end - _start);
            int found = unread.IndexOf("\r\n"u8);
            if (found >= 0)
            {
                string line = Encoding.Latin1.GetString(unread[..found]);
                _start += found + 2;
                return line;
            }
            if (unread.Length > ChunkLineBytesMax)
            {
                throw new BadRequestException(400, "A line within the body is too long.");
            }
            if (!Fill())
            {
                throw new BadRequestException(400, "The request is cut off.");
            }
        }
    }

    private void ReadInto(BodyCollector body, long count)
    {
        while (count > 0)
        {
            if (_start == _end)
            {
                Span<byte> direct = body.Room(count);
                if (direct.Length >= BufferBytes)
                {
                    int read = stream.Read(direct);
                    if (read == 0)
                    {
                        throw new BadRequestException(400, "The request is cut off.");
                    }
                    body.Advance(read);
                    count -= read;
                    continue;
                }
                if (!Fill())
                {
                    throw new BadRequestException(400, "The request is cut off.");
                }
            }
            int take = (int)Math.Min(count, _end - _start);
            body.Append(_buffer.AsSpan(_start, take));
            _start += take;
            count -= take;
        }
    }

    /// <summary>Reads more into the buffer, which grows while a head is read; false at the end.</summary>
    private bool Fill()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        if (_start > 0 && _end == _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
        int read = stream.Read(_buffer.AsSpan(_end));
        _end += read;
        return read > 0;
    }
}
