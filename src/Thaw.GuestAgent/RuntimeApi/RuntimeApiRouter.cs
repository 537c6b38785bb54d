using Thaw.GuestAgent.Functions;
using Thaw.Protocol;

namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>
/// Lambda's Runtime API 2018-06-01, and one path of our own for runtimes that are started ahead: from requests to the
/// session's entries.
/// </summary>
/// <param name="session">The function's session.</param>
internal sealed class RuntimeApiRouter(FunctionSession session)
{
    private const string Root = "/2018-06-01/runtime/";
    private const string StartPath = "/thaw/runtime/start";
    private const string InvocationPrefix = "invocation/";

    /// <summary>The largest body that is kept of any request.</summary>
    internal const int BodyLimitBytes = ProtocolLimits.PayloadSizeBytesMax;

    /// <summary>Answers a request; may wait for the host.</summary>
    internal ApiAnswer Answer(HttpRequest request)
    {
        if (request.Path == StartPath)
        {
            return request.Method == "GET" ? session.StartNext() : MethodNotAllowed();
        }
        if (!request.Path.StartsWith(Root, StringComparison.Ordinal))
        {
            return NotFound();
        }
        string path = request.Path[Root.Length..];
        bool isPost = request.Method == "POST";
        bool isGet = request.Method == "GET";
        switch (path)
        {
            case "invocation/next":
                return isGet ? session.NextInvocation() : MethodNotAllowed();
            case "restore/next":
                return isGet ? session.RestoreNext() : MethodNotAllowed();
            case "init/error":
                return isPost ? session.PostInitError(Document(request), request.ErrorType) : MethodNotAllowed();
            case "restore/error":
                return isPost ? session.PostRestoreError(Document(request), request.ErrorType) : MethodNotAllowed();
        }
        int slash = path.LastIndexOf('/');
        if (!path.StartsWith(InvocationPrefix, StringComparison.Ordinal) || slash < InvocationPrefix.Length)
        {
            return NotFound();
        }
        string requestId = path[InvocationPrefix.Length..slash];
        return path[(slash + 1)..] switch
        {
            "response" when isPost => session.PostResponse(requestId, request.Body, request.BodySizeBytes),
            "error" when isPost =>
                session.PostError(requestId, Document(request), request.ErrorType, request.RuntimeEnds),
            "response" or "error" => MethodNotAllowed(),
            _ => NotFound(),
        };
    }

    /// <summary>An error document, or what stands in for one that is too large.</summary>
    private static ReadOnlyMemory<byte> Document(HttpRequest request) =>
        request.BodySizeBytes <= AgentLimits.ErrorDocumentBytesMax
            ? request.Body
            : LambdaError.ToJson(new FunctionError(
                request.ErrorType ?? "Function.Unknown",
                $"The runtime posted an error of {request.BodySizeBytes} bytes, beyond the limit of "
                + $"{AgentLimits.ErrorDocumentBytesMax}."));

    private static ApiAnswer NotFound() =>
        new() { Status = 404, ErrorType = "NotFound", ErrorMessage = "The Runtime API has no such path." };

    private static ApiAnswer MethodNotAllowed() =>
        new() { Status = 405, ErrorType = "MethodNotAllowed", ErrorMessage = "The method has no place here." };
}
