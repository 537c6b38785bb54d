namespace Thaw.Linux;

/// <summary>One message of a userfaultfd. Addresses are of the process whose memory it is.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Start">The address that faulted, or the range's first.</param>
/// <param name="End">The address behind the range; for a fault its own.</param>
/// <param name="IsWrite">Whether the fault is a write.</param>
public readonly record struct UserfaultEvent(UserfaultKind Kind, ulong Start, ulong End, bool IsWrite);
