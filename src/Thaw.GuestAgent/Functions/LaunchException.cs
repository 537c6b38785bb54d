namespace Thaw.GuestAgent.Functions;

/// <summary>The function's program could not be started.</summary>
internal sealed class LaunchException(string message) : Exception(message);
