namespace Thaw.Dev;

/// <summary>A step failed. The message says what and why, for the person at the terminal.</summary>
internal sealed class DevException(string message) : Exception(message);
