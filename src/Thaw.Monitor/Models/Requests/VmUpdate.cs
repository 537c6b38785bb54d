namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PATCH /vm</c>.</summary>
internal sealed record VmUpdate
{
    /// <summary>The state to go to.</summary>
    public required VmStateRequest State { get; init; }
}
