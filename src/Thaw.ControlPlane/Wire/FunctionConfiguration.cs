namespace Thaw.ControlPlane.Wire;

/// <summary>A version of a function, in Lambda's shape.</summary>
public sealed record FunctionConfiguration
{
    /// <summary>The function's name.</summary>
    public required string FunctionName { get; init; }

    /// <summary>The ARN; qualified for published versions.</summary>
    public required string FunctionArn { get; init; }

    /// <summary>The runtime's name.</summary>
    public string? Runtime { get; init; }

    /// <summary>The execution role as given; Thaw grants nothing by it.</summary>
    public string? Role { get; init; }

    /// <summary>The handler.</summary>
    public string? Handler { get; init; }

    /// <summary>The deployment package's size in bytes.</summary>
    public long CodeSize { get; init; }

    /// <summary>What the function is for.</summary>
    public string? Description { get; init; }

    /// <summary>The time limit of an invocation in seconds.</summary>
    public int Timeout { get; init; }

    /// <summary>The memory limit in MiB.</summary>
    public int MemorySize { get; init; }

    /// <summary>When code or configuration last changed.</summary>
    public string? LastModified { get; init; }

    /// <summary>The SHA-256 of the deployment package, in base64.</summary>
    public string? CodeSha256 { get; init; }

    /// <summary>The version's number, or $LATEST.</summary>
    public required string Version { get; init; }

    /// <summary>The environment variables.</summary>
    public FunctionEnvironment? Environment { get; init; }

    /// <summary>Changes with every change.</summary>
    public string? RevisionId { get; init; }

    /// <summary>Pending, Active or Failed.</summary>
    public string? State { get; init; }

    /// <summary>Why the state is what it is.</summary>
    public string? StateReason { get; init; }

    /// <summary>The reason as a word.</summary>
    public string? StateReasonCode { get; init; }

    /// <summary>How the last update went.</summary>
    public string? LastUpdateStatus { get; init; }

    /// <summary>Always Zip.</summary>
    public string? PackageType { get; init; }

    /// <summary>Always x86_64.</summary>
    public IReadOnlyList<string>? Architectures { get; init; }

    /// <summary>Whether versions start from snapshots.</summary>
    public SnapStartResponse? SnapStart { get; init; }
}
