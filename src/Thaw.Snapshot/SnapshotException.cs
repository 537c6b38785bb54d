namespace Thaw.Snapshot;

/// <summary>
/// A snapshot is refused. The message names both sides: what the file says and what this build or host has.
/// </summary>
public sealed class SnapshotException : Exception
{
    /// <summary>Creates the exception.</summary>
    public SnapshotException(SnapshotFault fault, string message)
        : base(message) => Fault = fault;

    /// <summary>Creates the exception with what caused it.</summary>
    public SnapshotException(SnapshotFault fault, string message, Exception innerException)
        : base(message, innerException) => Fault = fault;

    /// <summary>Why.</summary>
    public SnapshotFault Fault { get; }
}
