namespace Thaw.Linux;

/// <summary>What <see cref="ChildProcess.Spawn"/> starts.</summary>
public sealed record SpawnOptions
{
    /// <summary>The program's path.</summary>
    public required string Path { get; init; }

    /// <summary>All arguments, the zeroth included.</summary>
    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The environment, as NAME=value; nothing is inherited.</summary>
    public IReadOnlyList<string> Environment { get; init; } = [];

    /// <summary>The program's stdout.</summary>
    public required SafeFd Output { get; init; }

    /// <summary>The program's stderr.</summary>
    public required SafeFd Error { get; init; }

    /// <summary>The program's descriptor 3, if any.</summary>
    public SafeFd? Extra { get; init; }
}
