namespace Thaw.GuestAgent.Configuration;

/// <summary>What to start, as seen within the function's root.</summary>
internal sealed record FunctionStart
{
    /// <summary>The program and its arguments; the first is its path.</summary>
    internal required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>The environment, as NAME=value.</summary>
    internal required IReadOnlyList<string> Environment { get; init; }

    /// <summary>The working directory.</summary>
    internal required string Directory { get; init; }
}
