using System.Globalization;
using System.Text;
using System.Text.Json;
using Thaw.Protocol;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>Writes the Runtime API's answers.</summary>
internal static class HttpResponseWriter
{
    private const int TogetherBytesMax = 64 * 1024;

    /// <summary>Writes an answer that is not <see cref="ApiAnswer.Closed"/>.</summary>
    /// <exception cref="IOException">The connection broke.</exception>
    internal static void Write(Stream stream, ApiAnswer answer, string functionArn, bool keepAlive)
    {
        StringBuilder head = new(512);
        head.Append("HTTP/1.1 ").Append(answer.Status.ToString(CultureInfo.InvariantCulture)).Append(' ')
            .Append(Reason(answer.Status)).Append("\r\nContent-Type: application/json\r\n");
        ReadOnlyMemory<byte> body = Body(answer);
        if (answer.Invocation is { } invocation)
        {
            AddInvocation(head, invocation.Request, functionArn);
        }
        if (!keepAlive)
        {
            head.Append("Connection: close\r\n");
        }
        head.Append("Content-Length: ").Append(body.Length.ToString(CultureInfo.InvariantCulture)).Append("\r\n\r\n");
        byte[] headBytes = Encoding.UTF8.GetBytes(head.ToString());
        if (body.Length <= TogetherBytesMax)
        {
            byte[] all = new byte[headBytes.Length + body.Length];
            headBytes.CopyTo(all, 0);
            body.Span.CopyTo(all.AsSpan(headBytes.Length));
            stream.Write(all);
            return;
        }
        stream.Write(headBytes);
        stream.Write(body.Span);
    }

    private static ReadOnlyMemory<byte> Body(ApiAnswer answer)
    {
        if (answer.Invocation is { } invocation)
        {
            return invocation.Event;
        }
        if (answer.ErrorType is { } type)
        {
            return Error(type, answer.ErrorMessage ?? "");
        }
        return answer.Status == 202 ? "{\"status\":\"OK\"}\n"u8.ToArray() : answer.Content;
    }

    private static byte[] Error(string type, string message)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter writer = new(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("errorMessage", message);
            writer.WriteString("errorType", type);
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    private static void AddInvocation(StringBuilder head, Invoke request, string functionArn)
    {
        Add(head, "Lambda-Runtime-Aws-Request-Id", request.RequestId);
        Add(head, "Lambda-Runtime-Deadline-Ms", request.DeadlineUnixMs.ToString(CultureInfo.InvariantCulture));
        Add(head, "Lambda-Runtime-Invoked-Function-Arn", functionArn);
        Add(head, "Lambda-Runtime-Trace-Id", request.TraceId);
        Add(head, "Lambda-Runtime-Client-Context", request.ClientContext);
        Add(head, "Lambda-Runtime-Cognito-Identity", request.CognitoIdentity);
    }

    /// <summary>Adds a header; what could end it is left out of its value.</summary>
    private static void Add(StringBuilder head, string name, string? value)
    {
        if (value is null)
        {
            return;
        }
        head.Append(name).Append(": ");
        foreach (char character in value)
        {
            if (!char.IsControl(character))
            {
                head.Append(character);
            }
        }
        head.Append("\r\n");
    }

    private static string Reason(int status) => status switch
    {
        200 => "OK",
        202 => "Accepted",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        413 => "Request Entity Too Large",
        431 => "Request Header Fields Too Large",
        501 => "Not Implemented",
        _ => "Error",
    };
}
