namespace Thaw.Monitor.Http;

/// <summary>What <see cref="HttpRequestParser.Next"/> found.</summary>
internal enum HttpParseStatus
{
    /// <summary>No whole request yet: append more bytes.</summary>
    NeedsBytes,

    /// <summary>The client waits for "100 Continue" before it sends the body; said once per request.</summary>
    WantsContinue,

    /// <summary>A whole request.</summary>
    Request,

    /// <summary>Not a request; answer and close.</summary>
    Refused,
}
