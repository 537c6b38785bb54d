namespace Thaw.Monitor.Http;

/// <summary>Bounds on what a client of the API socket may send and leave unread.</summary>
internal static class HttpLimits
{
    /// <summary>Request line and header fields together.</summary>
    internal const int HeadBytesMax = 8 * 1024;

    /// <summary>Number of header fields.</summary>
    internal const int FieldCountMax = 64;

    /// <summary>Request body, unless the command line says otherwise.</summary>
    internal const int BodyBytesDefault = 51200;

    /// <summary>The most that the command line may allow for a request body.</summary>
    internal const int BodyBytesMax = 64 * 1024 * 1024;

    /// <summary>Bytes taken from a connection at once.</summary>
    internal const int ReadBytes = 16 * 1024;

    /// <summary>Responses that a client has not read; above this nothing more is read from it.</summary>
    internal const int UnsentBytesMax = 256 * 1024;

    /// <summary>Open connections; more are refused.</summary>
    internal const int ConnectionCountMax = 16;
}
