namespace Thaw.Protocol;

/// <summary>The pager refused a request; the message says why.</summary>
public sealed class PagerException(string message) : Exception(message);
