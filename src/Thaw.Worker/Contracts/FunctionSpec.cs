namespace Thaw.Worker;

/// <summary>All that the worker has to know of one version of a function.</summary>
public sealed record FunctionSpec
{
    /// <summary>The account where none is named.</summary>
    public const string DefaultAccount = "000000000000";

    /// <summary>The version that is never published and runs without snapshot.</summary>
    public const string Latest = "$LATEST";

    /// <summary>The most snapshots of one version.</summary>
    public const int VariantsMax = 16;

    /// <summary>The function's name.</summary>
    public required string Name { get; init; }

    /// <summary>A version's number, or <see cref="Latest"/>.</summary>
    public required string Version { get; init; }

    /// <summary>Changes with every change of code or configuration: a microVM serves one revision only.</summary>
    public required string RevisionId { get; init; }

    /// <summary>The ARN with the version.</summary>
    public required string Arn { get; init; }

    /// <summary>The runtime's name, as in images.json.</summary>
    public required string Runtime { get; init; }

    /// <summary>The handler, in the runtime's own form.</summary>
    public required string Handler { get; init; }

    /// <summary>The function's memory limit in MiB.</summary>
    public required int MemorySizeMb { get; init; }

    /// <summary>How long an invocation may take.</summary>
    public required TimeSpan Timeout { get; init; }

    /// <summary>The function's environment variables.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The deployment package.</summary>
    public required string CodePath { get; init; }

    /// <summary>Whose function it is: whose key its snapshots are under.</summary>
    public string Account { get; init; } = DefaultAccount;

    /// <summary>
    /// How many snapshots the version has, of an init each. With more than one, each is of a process of its own.
    /// </summary>
    public int Variants { get; init; } = 1;

    /// <summary>
    /// The layers of the store that have the version's snapshots, one for each variant; none before it was published.
    /// </summary>
    public IReadOnlyList<string> SnapshotIds { get; init; } = [];

    /// <summary>Secrets that the version's snapshots must not hold: where one does, there is none.</summary>
    public IReadOnlyList<NamedSecret> ForbiddenSecrets { get; init; } = [];

    /// <summary>Whether the version starts from a snapshot.</summary>
    public bool SnapStart { get; init; }

    /// <summary>What a microVM must have been made for to serve this specification.</summary>
    public FunctionKey Key => new(Name, Version, RevisionId);
}
