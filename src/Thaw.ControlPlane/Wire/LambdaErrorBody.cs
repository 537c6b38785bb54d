namespace Thaw.ControlPlane.Wire;

/// <summary>An error in AWS's form.</summary>
public sealed record LambdaErrorBody
{
    /// <summary>User or Service: whose fault it is.</summary>
    public required string Type { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Message { get; init; }

    /// <summary>Why a request was throttled.</summary>
    public string? Reason { get; init; }

    /// <summary>An addition of Thaw's: the end of the microVM's console, where one failed.</summary>
    public string? Console { get; init; }
}
