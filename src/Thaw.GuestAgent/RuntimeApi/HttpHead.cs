using System.Globalization;
using System.Text;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>Request line and headers, parsed.</summary>
internal sealed class HttpHead
{
    private HttpHead(string method, string path, bool keepAliveByDefault)
    {
        Method = method;
        Path = path;
        KeepAlive = keepAliveByDefault;
    }

    /// <summary>The method.</summary>
    internal string Method { get; }

    /// <summary>The path, without query.</summary>
    internal string Path { get; }

    /// <summary>Whether the connection may carry another request.</summary>
    internal bool KeepAlive { get; private set; }

    /// <summary>The header Content-Length, or null.</summary>
    internal long? ContentLength { get; private set; }

    /// <summary>Whether the body comes in chunks.</summary>
    internal bool Chunked { get; private set; }

    /// <summary>Whether the client waits for a go-ahead before it sends the body.</summary>
    internal bool ExpectsContinue { get; private set; }

    /// <summary>The header Lambda-Runtime-Function-Error-Type.</summary>
    internal string? ErrorType { get; private set; }

    /// <summary>The header Thaw-Runtime-Ends: whether the runtime's process ends after this call.</summary>
    internal bool RuntimeEnds { get; private set; }

    /// <summary>Parses everything up to the empty line, which is not part of it.</summary>
    /// <exception cref="BadRequestException">It is not HTTP/1.0 or 1.1.</exception>
    internal static HttpHead Parse(ReadOnlySpan<byte> head)
    {
        string[] lines = Encoding.Latin1.GetString(head).Split("\r\n");
        if (lines.Length - 1 > AgentLimits.RequestHeadersMax)
        {
            throw new BadRequestException(431, "Too many headers.");
        }
        string[] parts = lines[0].Split(' ');
        if (parts.Length != 3 || parts[0].Length == 0 || !parts[1].StartsWith('/')
            || parts[2] is not ("HTTP/1.1" or "HTTP/1.0"))
        {
            throw new BadRequestException(400, "The request line is not HTTP/1.1.");
        }
        int query = parts[1].IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? parts[1] : parts[1][..query];
        HttpHead parsed = new(parts[0], path, parts[2] == "HTTP/1.1");
        foreach (string line in lines.AsSpan(1))
        {
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || line[0] is ' ' or '\t')
            {
                throw new BadRequestException(400, "A header line has no name.");
            }
            parsed.Take(line[..colon].ToLowerInvariant(), line[(colon + 1)..].Trim());
        }
        if (parsed.Chunked && parsed.ContentLength is not null)
        {
            throw new BadRequestException(400, "Both Content-Length and Transfer-Encoding were sent.");
        }
        return parsed;
    }

    private void Take(string name, string value)
    {
        switch (name)
        {
            case "content-length":
                if (!long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long length)
                    || (ContentLength is { } other && other != length))
                {
                    throw new BadRequestException(400, "Content-Length is not a number, or two.");
                }
                ContentLength = length;
                break;
            case "transfer-encoding":
                if (!value.Equals("chunked", StringComparison.OrdinalIgnoreCase))
                {
                    throw new BadRequestException(501, "Only the transfer encoding \"chunked\" is known.");
                }
                Chunked = true;
                break;
            case "connection":
                KeepAlive = value.Equals("close", StringComparison.OrdinalIgnoreCase)
                    ? false
                    : value.Equals("keep-alive", StringComparison.OrdinalIgnoreCase) || KeepAlive;
                break;
            case "expect":
                ExpectsContinue = value.Equals("100-continue", StringComparison.OrdinalIgnoreCase);
                break;
            case "lambda-runtime-function-error-type":
                ErrorType = value.Length > 256 ? value[..256] : value;
                break;
            case "thaw-runtime-ends":
                RuntimeEnds = value == "true";
                break;
        }
    }
}
