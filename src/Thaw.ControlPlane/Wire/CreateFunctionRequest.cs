namespace Thaw.ControlPlane.Wire;

/// <summary>What CreateFunction takes. Fields of Lambda's that are not here are ignored.</summary>
public sealed record CreateFunctionRequest
{
    /// <summary>The name.</summary>
    public string? FunctionName { get; init; }

    /// <summary>The runtime's name.</summary>
    public string? Runtime { get; init; }

    /// <summary>The handler.</summary>
    public string? Handler { get; init; }

    /// <summary>The execution role; kept, not used.</summary>
    public string? Role { get; init; }

    /// <summary>The deployment package.</summary>
    public FunctionCode? Code { get; init; }

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

    /// <summary>Publish version 1 at once.</summary>
    public bool? Publish { get; init; }

    /// <summary>Only Zip.</summary>
    public string? PackageType { get; init; }

    /// <summary>Only x86_64.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Not supported: refused unless empty.</summary>
    public IReadOnlyList<string>? Layers { get; init; }
}
