namespace Thaw.Monitor.Models;

/// <summary>Body of <c>PUT /actions</c>.</summary>
internal sealed record ActionRequest
{
    /// <summary>What to do.</summary>
    public required ActionType ActionType { get; init; }
}
