namespace Thaw.ControlPlane.Wire;

/// <summary>What UpdateFunctionConfiguration takes; what is absent stays as it is.</summary>
public sealed record UpdateFunctionConfigurationRequest
{
    /// <summary>The runtime's name.</summary>
    public string? Runtime { get; init; }

    /// <summary>The handler.</summary>
    public string? Handler { get; init; }

    /// <summary>The execution role; kept, not used.</summary>
    public string? Role { get; init; }

    /// <summary>What the function is for.</summary>
    public string? Description { get; init; }

    /// <summary>The memory limit in MiB.</summary>
    public int? MemorySize { get; init; }

    /// <summary>The time limit of an invocation in seconds.</summary>
    public int? Timeout { get; init; }

    /// <summary>The environment variables.</summary>
    public FunctionEnvironment? Environment { get; init; }

    /// <summary>Whether published versions start from snapshots.</summary>
    public SnapStart? SnapStart { get; init; }

    /// <summary>Only if this is the present revision.</summary>
    public string? RevisionId { get; init; }

    /// <summary>Not supported: refused unless empty.</summary>
    public IReadOnlyList<string>? Layers { get; init; }
}
