namespace Thaw.Monitor.Http;

/// <summary>A whole request.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">The path as sent, from its first slash, without a query.</param>
/// <param name="Body">The body; empty when there is none.</param>
/// <param name="KeepAlive">Whether the client wants to go on with the connection.</param>
internal sealed record HttpRequest(HttpVerb Method, string Path, byte[] Body, bool KeepAlive);
