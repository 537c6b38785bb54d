namespace Thaw.Monitor.Http;

/// <summary>Why bytes are not a request that this server takes. The connection cannot go on after it.</summary>
/// <param name="Status">Status code of the answer.</param>
/// <param name="Message">What was wrong.</param>
internal sealed record HttpRefusal(int Status, string Message);
