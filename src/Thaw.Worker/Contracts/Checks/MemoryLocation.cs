using System.Globalization;

namespace Thaw.Worker;

/// <summary>Whose an address of a guest's memory is, as the guest said: by process, mapping and offset.</summary>
public sealed record MemoryLocation
{
    /// <summary>The process; null where no process has it mapped.</summary>
    public int? ProcessId { get; init; }

    /// <summary>What the process is called.</summary>
    public string? Program { get; init; }

    /// <summary>What the mapping is of: a file, <c>[heap]</c>, <c>anonymous</c>; or that there is none.</summary>
    public required string Mapping { get; init; }

    /// <summary>The mapping's rights: <c>rw-p</c>.</summary>
    public string? Rights { get; init; }

    /// <summary>Where the mapping begins in the process.</summary>
    public ulong? Start { get; init; }

    /// <summary>Where in the mapping, in bytes.</summary>
    public long? Offset { get; init; }

    /// <summary>As people read it: <c>process 12 (python3.13) [heap]+0x1a40 rw-p</c>.</summary>
    public override string ToString() => ProcessId is null
        ? Mapping
        : string.Create(
            CultureInfo.InvariantCulture, $"process {ProcessId} ({Program}) {Mapping}+0x{Offset:x} {Rights}");
}
