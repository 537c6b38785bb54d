namespace Thaw.GuestAgent.Processes;

/// <summary>Where and as whom functions are started.</summary>
internal sealed record LauncherOptions
{
    /// <summary>The user and group of functions, as on Lambda.</summary>
    internal const uint FunctionUserId = 1051;

    /// <summary>How to start this program again.</summary>
    internal required IReadOnlyList<string> OwnProgram { get; init; }

    /// <summary>The function's root directory.</summary>
    internal required string Root { get; init; }

    /// <summary>The directory of the function's control group; empty for none.</summary>
    internal required string CgroupDirectory { get; init; }

    /// <summary>The user and group to run as; 0 for the agent's own, without another root (for tests).</summary>
    internal required uint UserId { get; init; }

    /// <summary>A file that only the agent can read.</summary>
    internal required string SpecPath { get; init; }
}
