namespace Thaw.Worker;

/// <summary>A check whether clones repeat values.</summary>
public sealed record UniquenessOrder
{
    /// <summary>The version, which has a snapshot.</summary>
    public required FunctionSpec Spec { get; init; }

    /// <summary>
    /// The same function without its snapshot. What it comes to as well is a constant of the program, and not reported.
    /// </summary>
    public required FunctionSpec Control { get; init; }

    /// <summary>How many clones to compare; at least 2.</summary>
    public required int Clones { get; init; }

    /// <summary>The event that each clone gets.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }
}
