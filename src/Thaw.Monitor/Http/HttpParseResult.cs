namespace Thaw.Monitor.Http;

/// <summary>A step of the parser.</summary>
/// <param name="Status">What was found.</param>
/// <param name="Request">The request, if that.</param>
/// <param name="Refusal">Why refused, if that.</param>
internal readonly record struct HttpParseResult(
    HttpParseStatus Status, HttpRequest? Request = null, HttpRefusal? Refusal = null);
