using Thaw.Snapshot;

namespace Thaw.Monitor;

/// <summary>Names and versions that the monitor answers with.</summary>
internal static class MonitorVersion
{
    /// <summary>Name of the program.</summary>
    internal const string AppName = "Thaw";

    /// <summary>Version of Firecracker's API that this monitor speaks.</summary>
    internal const string Api = "1.16.0";

    /// <summary>Version of this monitor.</summary>
    internal static string Own { get; } =
        typeof(MonitorVersion).Assembly.GetName().Version is { } v ? $"{v.Major}.{v.Minor}.{v.Build}" : "0.0.0";

    /// <summary>Versions of the snapshot format: framing, state, memory.</summary>
    internal static string Snapshot { get; } =
        $"{SnapshotAbi.FormatVersion}.{SnapshotAbi.StateAbiVersion}."
        + $"{SnapshotAbi.MemoryEncodingVersion}";
}
