namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>A request as far as the Runtime API looks at it.</summary>
internal sealed record HttpRequest
{
    /// <summary>The method.</summary>
    internal required string Method { get; init; }

    /// <summary>The path, without query.</summary>
    internal required string Path { get; init; }

    /// <summary>The body; empty where it went beyond the limit.</summary>
    internal ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's full size.</summary>
    internal long BodySizeBytes { get; init; }

    /// <summary>Whether the connection may carry another request.</summary>
    internal bool KeepAlive { get; init; } = true;

    /// <summary>The header Lambda-Runtime-Function-Error-Type.</summary>
    internal string? ErrorType { get; init; }

    /// <summary>The header Thaw-Runtime-Ends.</summary>
    internal bool RuntimeEnds { get; init; }
}
