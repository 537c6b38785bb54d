namespace Thaw.Cli.Commands;

/// <summary>What an export wrote.</summary>
/// <param name="File">The file.</param>
/// <param name="Bytes">Its length.</param>
internal sealed record SnapshotExported(string File, long Bytes);
