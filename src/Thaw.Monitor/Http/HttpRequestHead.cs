namespace Thaw.Monitor.Http;

/// <summary>Request line and what matters of the header fields.</summary>
internal sealed class HttpRequestHead
{
    /// <summary>The method.</summary>
    internal HttpVerb Method { get; set; }

    /// <summary>The path.</summary>
    internal string Path { get; set; } = "/";

    /// <summary>Whether the connection stays open after the answer.</summary>
    internal bool KeepAlive { get; set; } = true;

    /// <summary>Length of the body, when the client gave one.</summary>
    internal long? ContentLength { get; set; }

    /// <summary>Whether the client waits before it sends the body.</summary>
    internal bool WantsContinue { get; set; }
}
