using System.Globalization;

namespace Thaw.Worker.Snapshots;

/// <summary>Names one of a version's snapshots; nearly always its only one.</summary>
/// <param name="Function">The version.</param>
/// <param name="Variant">Which of its snapshots, from 1 on; null where there is but one.</param>
internal readonly record struct SnapshotKey(FunctionKey Function, int? Variant)
{
    /// <summary>All snapshots of a version, in their order.</summary>
    internal static IReadOnlyList<SnapshotKey> AllOf(FunctionSpec spec) =>
        [.. Enumerable.Range(1, spec.Variants).Select(number => Of(spec, number))];

    /// <summary>A version's snapshot by its number, from 1 on.</summary>
    internal static SnapshotKey Of(FunctionSpec spec, int number) =>
        new(spec.Key, spec.Variants == 1 ? null : number);

    /// <summary>What a snapshot is called within its function: VERSION, or VERSION.VARIANT.</summary>
    internal static string NameOf(string version, int? variant) => variant is { } number
        ? string.Create(CultureInfo.InvariantCulture, $"{version}.{number}")
        : version;

    /// <summary>The layer of the store that has it; null before its version was published.</summary>
    internal string? LayerOf(FunctionSpec spec) =>
        spec.SnapshotIds.Count == 0 ? null : spec.SnapshotIds[(Variant ?? 1) - 1];

    /// <inheritdoc/>
    public override string ToString() => $"{Function.Name}:{NameOf(Function.Version, Variant)}";
}
