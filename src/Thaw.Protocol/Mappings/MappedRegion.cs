namespace Thaw.Protocol;

/// <summary>A mapping of a process that has pages in the guest's memory.</summary>
/// <param name="ProcessId">The process, as the guest's kernel counts.</param>
/// <param name="Program">What the process is called, in printable ASCII.</param>
/// <param name="Start">Where the mapping begins in the process.</param>
/// <param name="Rights">As in <c>/proc/PID/maps</c>: <c>rw-p</c>.</param>
/// <param name="Name">What it is of, in printable ASCII: a file, <c>[heap]</c>; empty where it has no name.</param>
public sealed record MappedRegion(int ProcessId, string Program, ulong Start, string Rights, string Name);
