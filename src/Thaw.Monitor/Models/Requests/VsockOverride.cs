namespace Thaw.Monitor.Models;

/// <summary>Another Unix socket for the vsock device of a restored microVM.</summary>
internal sealed record VsockOverride
{
    /// <summary>The socket's path.</summary>
    public required string UdsPath { get; init; }
}
