namespace Thaw.Pager.CommandLine;

/// <summary>What the command line says.</summary>
internal sealed record PagerOptions
{
    /// <summary>Socket for requests.</summary>
    internal string ControlSocket { get; init; } = "";

    /// <summary>Where monitors' sockets are made.</summary>
    internal string RunFolder { get; init; } = "";

    /// <summary>Where working sets of memory files are kept; in the run folder when null.</summary>
    internal string? WorkingSetFolder { get; init; }

    /// <summary>How long a source that fails is asked again.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Whether to end with the parent process.</summary>
    internal bool EndsWithParent { get; init; }

    /// <summary>An argument that only shows something.</summary>
    internal string? Shows { get; init; }
}
