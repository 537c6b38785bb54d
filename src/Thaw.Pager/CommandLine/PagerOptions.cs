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

    /// <summary>The store: a directory or <c>s3://bucket/prefix</c>; none when null.</summary>
    internal string? Store { get; init; }

    /// <summary>The key file, for a store.</summary>
    internal string? KeyFile { get; init; }

    /// <summary>The address of an S3 service that is not AWS.</summary>
    internal Uri? S3Endpoint { get; init; }

    /// <summary>The region of an S3 service.</summary>
    internal string? S3Region { get; init; }

    /// <summary>Where chunks from the store are kept on this machine; nowhere when null.</summary>
    internal string? CacheFolder { get; init; }

    /// <summary>How much is kept there.</summary>
    internal long CacheBytes { get; init; } = 8L << 30;

    /// <summary>How long a source that fails is asked again.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>Whether to end with the parent process.</summary>
    internal bool EndsWithParent { get; init; }

    /// <summary>An argument that only shows something.</summary>
    internal string? Shows { get; init; }
}
