using Thaw.Worker;

namespace Thaw.ControlPlane.Functions;

/// <summary>A version of a function as it is stored.</summary>
internal sealed record FunctionVersion
{
    /// <summary>The number that stands for $LATEST.</summary>
    internal const long LatestNumber = 0;

    internal required string Function { get; init; }

    internal required long Number { get; init; }

    internal required string Runtime { get; init; }

    internal required string Handler { get; init; }

    internal string Role { get; init; } = "";

    internal string Description { get; init; } = "";

    internal required int MemorySizeMb { get; init; }

    internal required int TimeoutSeconds { get; init; }

    internal required IReadOnlyDictionary<string, string> Environment { get; init; }

    internal bool SnapStart { get; init; }

    /// <summary>The SHA-256 of the deployment package, in lower-case hex.</summary>
    internal required string CodeSha256 { get; init; }

    internal required long CodeSizeBytes { get; init; }

    internal required string RevisionId { get; init; }

    internal required DateTimeOffset LastModified { get; init; }

    internal FunctionState State { get; init; } = FunctionState.Active;

    internal string? StateReason { get; init; }

    internal string? StateReasonCode { get; init; }

    /// <summary>Whose it is.</summary>
    internal string Account { get; init; } = FunctionSpec.DefaultAccount;

    /// <summary>How many snapshots it has, or is to have.</summary>
    internal int Variants { get; init; } = 1;

    /// <summary>The layers of the store that it starts from, one for each variant; none before it has them.</summary>
    internal IReadOnlyList<string> SnapshotIds { get; init; } = [];

    internal bool IsLatest => Number == LatestNumber;

    /// <summary>The version as the API writes it.</summary>
    internal string Name => IsLatest ? FunctionSpec.Latest : Number.ToString();

    /// <summary>Whether a version published from this one would be the same as <paramref name="other"/>.</summary>
    internal bool RunsTheSameAs(FunctionVersion other) =>
        Runtime == other.Runtime && Handler == other.Handler && MemorySizeMb == other.MemorySizeMb
        && TimeoutSeconds == other.TimeoutSeconds && SnapStart == other.SnapStart && CodeSha256 == other.CodeSha256
        && Role == other.Role && Environment.Count == other.Environment.Count
        && Environment.All(pair => other.Environment.TryGetValue(pair.Key, out string? value) && value == pair.Value);
}
