using System.Text;

namespace Thaw.Monitor.Http;

/// <summary>Parses a request's head (RFC 9112, sections 3 and 5), strictly: what is ambiguous is refused.</summary>
internal static class HttpHeadParser
{
    /// <summary>Longest content length that is read as a number.</summary>
    private const int LengthDigitsMax = 10;

    /// <summary>Parses the head without its final empty line.</summary>
    /// <returns>Null with <paramref name="head"/> set, or why the head is refused.</returns>
    internal static HttpRefusal? Parse(ReadOnlySpan<byte> bytes, out HttpRequestHead head)
    {
        head = new HttpRequestHead();
        int lineEnd = bytes.IndexOf("\r\n"u8);
        ReadOnlySpan<byte> line = lineEnd < 0 ? bytes : bytes[..lineEnd];
        string? wrong = ParseRequestLine(line, head);
        ReadOnlySpan<byte> rest = lineEnd < 0 ? [] : bytes[(lineEnd + 2)..];
        int fields = 0;
        while (wrong is null && rest.Length > 0)
        {
            lineEnd = rest.IndexOf("\r\n"u8);
            line = lineEnd < 0 ? rest : rest[..lineEnd];
            rest = lineEnd < 0 ? [] : rest[(lineEnd + 2)..];
            wrong = ++fields > HttpLimits.FieldCountMax
                ? $"More than {HttpLimits.FieldCountMax} header fields."
                : ParseField(line, head);
        }

        return wrong is null ? null : new HttpRefusal(400, wrong);
    }

    private static string? ParseRequestLine(ReadOnlySpan<byte> line, HttpRequestHead head)
    {
        if (line.ContainsAnyExceptInRange((byte)0x20, (byte)0x7e))
        {
            return "Invalid request line.";
        }

        string[] words = Encoding.ASCII.GetString(line).Split(' ');
        if (words.Length != 3)
        {
            return "Invalid request line.";
        }

        switch (words[0])
        {
            case "GET":
                head.Method = HttpVerb.Get;
                break;
            case "PUT":
                head.Method = HttpVerb.Put;
                break;
            case "PATCH":
                head.Method = HttpVerb.Patch;
                break;
            case "DELETE":
                head.Method = HttpVerb.Delete;
                break;
            default:
                return "Unsupported HTTP method.";
        }

        switch (words[2])
        {
            case "HTTP/1.1":
                head.KeepAlive = true;
                break;
            case "HTTP/1.0":
                head.KeepAlive = false;
                break;
            default:
                return "Unsupported HTTP version.";
        }

        return ParseTarget(words[1], head);
    }

    // A path, or a URL whose host means nothing on this socket.
    private static string? ParseTarget(string target, HttpRequestHead head)
    {
        const string Scheme = "http://";
        if (target.StartsWith(Scheme, StringComparison.Ordinal))
        {
            int slash = target.IndexOf('/', Scheme.Length);
            target = slash < 0 ? "/" : target[slash..];
        }

        if (!target.StartsWith('/'))
        {
            return "Invalid URI: it does not start with a slash.";
        }

        int query = target.IndexOf('?', StringComparison.Ordinal);
        head.Path = query < 0 ? target : target[..query];
        return null;
    }

    private static string? ParseField(ReadOnlySpan<byte> line, HttpRequestHead head)
    {
        int colon = line.IndexOf((byte)':');
        if (colon <= 0 || !IsToken(line[..colon]) || line[(colon + 1)..].ContainsAny((byte)0, (byte)'\r', (byte)'\n'))
        {
            return "Invalid header field.";
        }

        string name = Encoding.ASCII.GetString(line[..colon]);
        string value = Encoding.Latin1.GetString(line[(colon + 1)..]).Trim(' ', '\t');
        return name.ToLowerInvariant() switch
        {
            "content-length" => ParseContentLength(value, head),
            "transfer-encoding" => "Transfer-Encoding is not supported.",
            "expect" => ParseExpect(value, head),
            "connection" => ParseConnection(value, head),
            _ => null,
        };
    }

    private static string? ParseContentLength(string value, HttpRequestHead head)
    {
        if (value.Length is 0 or > LengthDigitsMax || !value.All(char.IsAsciiDigit))
        {
            return "Invalid Content-Length.";
        }

        long length = long.Parse(value, System.Globalization.CultureInfo.InvariantCulture);
        if (head.ContentLength is { } earlier && earlier != length)
        {
            return "Two different Content-Length fields.";
        }

        head.ContentLength = length;
        return null;
    }

    private static string? ParseExpect(string value, HttpRequestHead head)
    {
        head.WantsContinue = value.Equals("100-continue", StringComparison.OrdinalIgnoreCase);
        return head.WantsContinue ? null : "Unsupported Expect field.";
    }

    private static string? ParseConnection(string value, HttpRequestHead head)
    {
        foreach (string option in value.Split(',', StringSplitOptions.TrimEntries))
        {
            if (option.Equals("close", StringComparison.OrdinalIgnoreCase))
            {
                head.KeepAlive = false;
                return null;
            }

            if (option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))
            {
                head.KeepAlive = true;
            }
        }

        return null;
    }

    private static bool IsToken(ReadOnlySpan<byte> name)
    {
        foreach (byte b in name)
        {
            if (!char.IsAsciiLetterOrDigit((char)b) && !"!#$%&'*+-.^_`|~"u8.Contains(b))
            {
                return false;
            }
        }

        return true;
    }
}
