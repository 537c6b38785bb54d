namespace Thaw.Monitor.Models;

/// <summary>Body of an answer to what is no request.</summary>
/// <param name="Error">What was wrong.</param>
internal sealed record TransportError(string Error);
