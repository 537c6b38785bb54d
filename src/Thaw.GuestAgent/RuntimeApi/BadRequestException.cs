namespace Thaw.GuestAgent.RuntimeApi;

/// <summary>A request that is not HTTP/1.1 as far as the Runtime API speaks it.</summary>
internal sealed class BadRequestException(int status, string message) : Exception(message)
{
    /// <summary>What to answer before the connection is closed.</summary>
    internal int Status => status;
}
